#include "decoders/golang/labels.hpp"

#include <array>
#include <optional>
#include <unordered_map>

namespace shimtrace::golang {
namespace {

constexpr std::uint64_t most_labels = 32, longest = 512;
/// Of all goroutines together, what is read and what is copied: 100,000 of them have two short labels each within it. A program pays once
/// for a list that all its goroutines inherit, and would have it kept a million times.
constexpr std::size_t most_bytes = std::size_t{16} << 20U;

class LabelReader {
public:
    explicit LabelReader(const Memory& memory) : memory_(memory) {}

    /// runtime/pprof.labelMap, internal/runtime/pprof/label.Set: a slice of {key, value}. nullopt: the bytes for all are spent.
    std::optional<std::vector<GoLabel>> at(std::uint64_t address) {
        std::vector<GoLabel> labels;
        std::array<std::uint64_t, 3> slice{};
        if (!fill(address, std::as_writable_bytes(std::span(slice)))) return rest(labels);
        if (slice[1] == 0 || slice[1] > most_labels || slice[2] < slice[1]) return labels;
        std::vector<std::array<std::uint64_t, 4>> entries(slice[1]);
        if (!fill(slice[0], std::as_writable_bytes(std::span(entries)))) return rest(labels);
        for (const auto& entry : entries) {
            GoLabel label{.key = string_at(entry[0], entry[1]), .value = string_at(entry[2], entry[3])};
            if (label.key.empty()) return rest({});
            labels.push_back(std::move(label));
        }
        return rest(std::move(labels));
    }

    /// The same once more, for another goroutine that has them.
    std::optional<std::vector<GoLabel>> copy(const std::vector<GoLabel>& labels) {
        for (const GoLabel& label : labels)
            if (!spend(sizeof label + label.key.size() + label.value.size())) return std::nullopt;
        return labels;
    }

private:
    bool spend(std::size_t bytes) {
        is_spent_ = is_spent_ || bytes > left_;
        if (!is_spent_) left_ -= bytes;
        return !is_spent_;
    }

    std::optional<std::vector<GoLabel>> rest(std::vector<GoLabel> labels) const {
        return is_spent_ ? std::nullopt : std::optional(std::move(labels));
    }

    bool fill(std::uint64_t address, std::span<std::byte> into) {
        return spend(into.size()) && memory_.read(RemoteAddress{address}, into) == into.size();
    }

    /// A Go string that is no longer than a label may be; empty where it cannot be read.
    std::string string_at(std::uint64_t pointer, std::uint64_t length) {
        if (length == 0 || length > longest) return {};
        std::string text(length, '\0');
        return fill(pointer, std::as_writable_bytes(std::span(text))) ? text : std::string();
    }

    const Memory& memory_;
    std::size_t left_ = most_bytes;
    bool is_spent_ = false;
};

}  // namespace

bool find_labels(const RuntimeState& state, const GoBinary& binary, std::span<Goroutine> goroutines, const Memory& memory) {
    constexpr int lists_since = 24;
    if (binary.minor < lists_since) return true;
    LabelReader reader(memory);
    std::unordered_map<std::uint64_t, std::size_t> first_with;  // a list's address → the goroutine that it was read for
    for (std::size_t i = 0; i < state.goroutines.size(); ++i) {
        const std::uint64_t address = state.goroutines[i].labels;
        if (address == 0 || address % 8 != 0) continue;
        const auto [found, is_new] = first_with.try_emplace(address, i);
        auto labels = is_new ? reader.at(address) : reader.copy(goroutines[found->second].labels);
        if (!labels) return false;
        goroutines[i].labels = std::move(*labels);
    }
    return true;
}

}  // namespace shimtrace::golang
