#include "decoders/golang/stack_words.hpp"

#include <algorithm>

namespace shimtrace::golang {

std::vector<std::uint64_t> frame_pointers(const CapturedGoroutine& g, const PhysicalFrame& frame) {
    constexpr std::size_t argument_bytes = 80, most_words = 1024;
    if (frame.sp < g.start_sp) return {};
    const Bytes bytes =
        slice(g.stack, frame.sp - g.start_sp, std::min<std::uint64_t>(frame.fp - frame.sp + argument_bytes, most_words * 8));
    std::vector<std::uint64_t> pointers;
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        const std::uint64_t value = word(bytes, i);
        if (value < 4096 || value % 8 != 0 || value >> 48 != 0) continue;
        if (std::ranges::find(pointers, value) == pointers.end()) pointers.push_back(value);
    }
    return pointers;
}

std::optional<std::string> printable_string(const Memory& memory, Bytes object, std::size_t offset, std::size_t most) {
    const std::uint64_t pointer = word(object, offset), length = word(object, offset + 8);
    if (pointer < 4096 || length == 0 || length > most) return std::nullopt;
    std::string result(length, '\0');
    if (memory.read(RemoteAddress{pointer}, std::as_writable_bytes(std::span(result))) != length) return std::nullopt;
    if (!std::ranges::all_of(result, [](char c) { return c >= ' ' && c < 127; })) return std::nullopt;
    return result;
}

}  // namespace shimtrace::golang
