// JSON as RFC 8259 and Go's encoding/json have it, and for everything else: where it goes wrong, in words a person can act on.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace shimtrace::oci {

using Json = nlohmann::json;

/// Texts beyond these are refused, not parsed: a container's configuration has a few hundred KiB at most.
constexpr std::size_t json_size_limit = 16U << 20U;
constexpr std::size_t json_depth_limit = 512;

/// A place in a text file. Both count from 1; columns count bytes, as runc's own messages and most editors' do.
struct Place {
    std::size_t line = 1, column = 1;
    bool operator==(const Place&) const = default;
};

struct JsonError {
    Place place;
    std::string message;         ///< "a comment: JSON has none"
    std::string offending_line;  ///< the text of that line, shortened around the column, control bytes escaped

    /// "line 3, column 5: a comment: JSON has none: `  // the root`".
    [[nodiscard]] std::string text() const;
};

/// The whole document or the first error.
std::expected<Json, JsonError> parse_json(std::string_view text);

/// Is told of a document's values while it is held against the grammar, without any of them being made.
class JsonVisitor {
public:
    virtual ~JsonVisitor() = default;
    /// Before a member's value or an element's. `key`: as it stands between its quotes; an element has none. False: of that value nothing
    /// more is wanted.
    virtual bool enter(std::string_view key) = 0;
    /// Behind one that was entered, and behind the document, with its text.
    virtual void leave(std::string_view value) = 0;
};

/// The first error, but for numbers beyond a double's range, which only the making of a value shows; true: there may be such.
std::expected<bool, JsonError> visit_json(std::string_view text, JsonVisitor& visitor);

/// Line and column of the byte at `offset` (which may be the text's end).
Place place_of(std::string_view text, std::size_t offset);

/// The line that holds `offset`, made safe for a terminal and at most about 80 characters.
std::string line_at(std::string_view text, std::size_t offset);

/// Where the value begins that a JSON pointer names ("/mounts/2/destination"). A pointer to nothing gives the place of its
/// nearest ancestor. `text` must parse.
std::size_t locate(std::string_view text, std::string_view pointer);

}  // namespace shimtrace::oci
