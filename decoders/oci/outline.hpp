// Reads of a document only what is wanted: of config.json and state.json, which say much more and of which a host has hundreds, few values
// have to be made.
#pragma once

#include "decoders/oci/strict_json.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace shimtrace::oci {

/// A place in documents of one kind.
struct OutlinePlace {
    std::string_view pattern;  ///< a JSON pointer without `~`; `*` stands for each element or member
    bool kept = false;         ///< its value is wanted; of an object that has other kept places within, only those
    bool required = false;     ///< where what holds it is there
};

class Outline {
public:
    /// What is kept has no `*` in its pattern; below one place are at most 64 others, or `*` alone.
    explicit Outline(std::span<const OutlinePlace> places);

    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    struct Node {
        std::string_view token;
        std::size_t place = none;  ///< of a pattern that ends here, its number
        std::size_t first_child = none, next = none;
        std::size_t number = 0;      ///< among those with the same parent
        std::uint64_t required = 0;  ///< children, by their numbers' bits
        bool kept = false, only_within = false;
    };
    [[nodiscard]] const Node& root() const { return nodes_.front(); }
    [[nodiscard]] const Node& node(std::size_t index) const { return nodes_[index]; }

private:
    std::vector<Node> nodes_;
};

/// Whether the value at places[place] suits, by its text; false as well where that does not tell it.
using Suits = bool (*)(std::size_t place, std::string_view value);

/// The kept values in the objects that hold them. nullopt: the whole document has to be read, since something in it does not suit, is
/// missing, or is written in a rare way (a key twice or with escapes, null where more is wanted). Errors: as parse_json's.
std::expected<std::optional<Json>, JsonError> read_outline(std::string_view text, const Outline& outline, Suits suits = nullptr);

}  // namespace shimtrace::oci
