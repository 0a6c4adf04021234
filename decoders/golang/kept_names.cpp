#include "decoders/golang/kept_names.hpp"

#include "decoders/golang/records.hpp"
#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::golang {
namespace {

/// Metadata, which a container and a sandbox begin with, begins with the id and the name (containerd: pkg/cri/store/container/metadata.go;
/// 2.x: internal/cri/store).
constexpr std::size_t kept_bytes = 32;

std::optional<KeptContainer> read_kept(const Memory& memory, Bytes record, std::string_view id) {
    constexpr std::size_t id_length = 64, shortest_name = 8, longest_name = 600;
    const std::uint64_t length = word(record, 24);
    if (word(record, 8) != id_length || length < shortest_name || length > longest_name) return std::nullopt;
    auto own = printable_string(memory, record, 0, id_length);
    if (!own || !is_hexadecimal(*own) || !own->starts_with(id)) return std::nullopt;
    KeptName name = kept_name(printable_string(memory, record, 16, longest_name).value_or(""));
    if (name.pod.empty()) return std::nullopt;
    return KeptContainer{std::move(*own), std::move(name)};
}

}  // namespace

bool is_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    });
}

bool is_hexadecimal(std::string_view text) {
    return text.size() >= 8 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

KeptName kept_name(std::string_view name) {
    std::array<std::string_view, 5> parts;  // container, pod, namespace, uid, attempt; a sandbox's has no container
    std::size_t count = 0;
    for (;; name.remove_prefix(name.find('_') + 1)) {
        if (count == parts.size()) return {};
        parts[count++] = name.substr(0, name.find('_'));
        if (name.find('_') == std::string_view::npos) break;
    }
    if (count < parts.size() - 1) return {};
    const std::size_t pod = count - (parts.size() - 1);
    if (!std::ranges::all_of(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count), is_word)) return {};
    return {pod == 0 ? std::string() : std::string(parts[0]), std::string(parts[pod]), std::string(parts[pod + 1])};
}

std::optional<KeptContainer> find_kept(const CapturedGoroutine& g, const UnwoundStack& stack, const Memory& memory, std::string_view id) {
    for (std::size_t at = 0; at + kept_bytes <= g.stack.size(); at += 8)
        if (auto kept = read_kept(memory, slice(g.stack, at, kept_bytes), id)) return kept;
    std::size_t searched = 0;
    constexpr std::size_t most_searched = 1024;
    for (auto frame = stack.physical.rbegin(); frame != stack.physical.rend() && searched < most_searched; ++frame) {
        const std::vector<std::uint64_t> pointers = frame_pointers(g, *frame);
        searched += pointers.size();
        const Records objects(memory, pointers, kept_bytes);
        for (std::size_t i = 0; i < pointers.size(); ++i)
            if (auto kept = objects[i].empty() ? std::nullopt : read_kept(memory, objects[i], id)) return kept;
    }
    return std::nullopt;
}

}  // namespace shimtrace::golang
