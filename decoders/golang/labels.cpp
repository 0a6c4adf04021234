#include "decoders/golang/labels.hpp"

#include <array>

namespace shimtrace::golang {
namespace {

constexpr std::uint64_t most_labels = 32, longest = 512;

/// A Go string that is no longer than a label may be; empty where it cannot be read.
std::string string_at(const Memory& memory, std::uint64_t pointer, std::uint64_t length) {
    if (length == 0 || length > longest) return {};
    std::string text(length, '\0');
    text.resize(memory.read(RemoteAddress{pointer}, std::as_writable_bytes(std::span(text))));
    return text.size() == length ? text : std::string();
}

/// runtime/pprof.labelMap, internal/runtime/pprof/label.Set: a slice of {key, value}.
std::vector<GoLabel> labels_at(const Memory& memory, std::uint64_t address) {
    std::vector<GoLabel> labels;
    std::array<std::uint64_t, 3> slice{};
    if (memory.read(RemoteAddress{address}, std::as_writable_bytes(std::span(slice))) != sizeof slice) return labels;
    if (slice[1] == 0 || slice[1] > most_labels || slice[2] < slice[1]) return labels;
    std::vector<std::array<std::uint64_t, 4>> entries(slice[1]);
    const auto bytes = std::as_writable_bytes(std::span(entries));
    if (memory.read(RemoteAddress{slice[0]}, bytes) != bytes.size()) return labels;
    for (const auto& entry : entries) {
        GoLabel label{.key = string_at(memory, entry[0], entry[1]), .value = string_at(memory, entry[2], entry[3])};
        if (label.key.empty()) return {};
        labels.push_back(std::move(label));
    }
    return labels;
}

}  // namespace

void find_labels(const RuntimeState& state, const GoBinary& binary, std::span<Goroutine> goroutines, const Memory& memory) {
    constexpr int lists_since = 24;
    if (binary.minor < lists_since) return;
    for (std::size_t i = 0; i < state.goroutines.size(); ++i)
        if (state.goroutines[i].labels != 0 && state.goroutines[i].labels % 8 == 0)
            goroutines[i].labels = labels_at(memory, state.goroutines[i].labels);
}

}  // namespace shimtrace::golang
