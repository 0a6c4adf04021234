#include "tracer/procfs/file_mappings.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace shimtrace::host {

namespace {

struct MappingLine {
    std::uint64_t first = 0, end = 0;
    FileMapping mapping;
};

std::uint64_t digits(std::string_view text, int base) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

/// "7f12000-7f13000 rw-s 00001000 fe:00 5357573    /dev/shm/x".
MappingLine parse_mapping(std::string_view line) {
    std::array<std::string_view, 5> words;
    for (std::string_view& word : words) {
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        word = line.substr(0, line.find(' '));
        line.remove_prefix(word.size());
    }
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::size_t dash = std::min(words[0].find('-'), words[0].size()), colon = std::min(words[3].find(':'), words[3].size());
    MappingLine parsed{.first = digits(words[0].substr(0, dash), 16),
                       .end = dash < words[0].size() ? digits(words[0].substr(dash + 1), 16) : 0,
                       .mapping = {.shared = words[1].ends_with('s'), .inode = Inode{digits(words[4], 10)}, .path = std::string(line)}};
    if (parsed.mapping.inode && colon < words[3].size())
        parsed.mapping.device = makedev(static_cast<unsigned>(digits(words[3].substr(0, colon), 16)),
                                        static_cast<unsigned>(digits(words[3].substr(colon + 1), 16)));
    return parsed;
}

template <typename Predicate>
std::optional<FileMapping> first_mapping(std::string_view maps, Predicate predicate) {
    while (!maps.empty()) {
        const std::string_view line = maps.substr(0, maps.find('\n'));
        maps.remove_prefix(std::min(line.size() + 1, maps.size()));
        MappingLine parsed = parse_mapping(line);
        if (predicate(parsed)) return std::move(parsed.mapping);
    }
    return std::nullopt;
}

}  // namespace

std::optional<FileMapping> mapping_at(std::string_view maps, RemoteAddress address) {
    return first_mapping(maps, [&](const MappingLine& line) { return line.first <= address.value && address.value < line.end; });
}

bool maps_file(std::string_view maps, std::uint64_t device, Inode inode) {
    const auto same = [&](const MappingLine& line) {
        return line.mapping.shared && line.mapping.inode == inode && line.mapping.device == device;
    };
    return first_mapping(maps, same).has_value();
}

}  // namespace shimtrace::host
