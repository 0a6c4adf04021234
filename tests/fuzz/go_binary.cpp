// An executable full of lies. The input is laid over a sound Go executable ($FUZZ_GO, else runc): {offset u32, length u8, bytes…}, so that
// the lies get past the headers; an input that begins with ELF's magic is taken as a whole executable.
#include "decoders/golang/binary.hpp"
#include "tests/fuzz/sound_executable.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace {

/// Where lies hurt: the ELF headers, the pclntab's header and first functions, moduledata.
std::vector<std::size_t> sore_places(const std::vector<std::byte>& bytes) {
    std::vector<std::size_t> places{0};
    const auto learned = shimtrace::golang::learn_binary(bytes);
    if (!learned || !*learned) return places;
    const auto& image = (*learned)->image;
    for (const std::uint64_t address : {(*learned)->line_table, (*learned)->module, (*learned)->data.begin}) {
        for (const auto& segment : image.segments()) {
            if (address >= segment.address && address - segment.address < segment.file_size)
                places.push_back(segment.offset + address - segment.address);
        }
    }
    return places;
}

void learn(std::span<const std::byte> bytes) {
    const auto learned = shimtrace::golang::learn_binary(bytes);
    if (!learned || !*learned) return;
    const auto& binary = **learned;
    for (std::uint32_t i = 0; i < binary.lines.function_count() && i < 64; ++i) {
        const auto function = binary.lines.function(i);
        if (!function) continue;
        (void)binary.lines.frame_size(*function, function->entry + 1);
        (void)binary.lines.source(*function, function->entry + 1, binary.trees);
        (void)binary.lines.takes_no_arguments(*function, binary.trees);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<std::byte> sound = sound_executable();
    static const std::vector<std::size_t> places = sore_places(sound);
    static std::vector<std::byte> bytes = sound;
    const auto input = std::as_bytes(std::span(data, size));
    if (size > 4 && std::memcmp(data,
                                "\x7f"
                                "ELF",
                                4) == 0) {
        learn(input);
        return 0;
    }
    std::vector<std::pair<std::size_t, std::size_t>> struck;
    for (std::size_t at = 0; at + 4 <= size;) {
        const std::size_t offset = places[data[at] % places.size()] + (data[at + 1] | std::size_t{data[at + 2]} << 8) % 8192;
        const std::size_t length = std::min<std::size_t>(1 + data[at + 3] % 16, size - at - 4);
        at += 4;
        if (offset + length <= bytes.size()) {
            std::memcpy(bytes.data() + offset, data + at, length);
            struck.emplace_back(offset, length);
        }
        at += length;
    }
    learn(bytes);
    for (const auto& [offset, length] : struck) std::memcpy(bytes.data() + offset, sound.data() + offset, length);
    return 0;
}
