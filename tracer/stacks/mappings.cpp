#include "tracer/stacks/mappings.hpp"

#include "tracer/procfs/foreign_file.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/stacks/proc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_mappings = 65536;

std::uint64_t number(std::string_view text, int base) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

std::string_view take_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
}

std::optional<Mapping> parse_mapping(std::string_view line) {
    const std::string_view range = take_word(line), permissions = take_word(line), offset = take_word(line), device = take_word(line),
                           inode = take_word(line);
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos || permissions.size() < 4) return std::nullopt;
    Mapping mapping;
    mapping.begin = number(range.substr(0, dash), 16);
    mapping.end = number(range.substr(dash + 1), 16);
    mapping.offset = number(offset, 16);
    mapping.inode = number(inode, 10);
    mapping.device = device;
    mapping.executable = permissions[2] == 'x';
    mapping.readable = permissions[0] == 'r';
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    mapping.path = line;
    return mapping;
}

}  // namespace

std::vector<Mapping> read_mappings(Pid pid) {
    std::vector<Mapping> mappings;
    const std::string text = read_in_time(pid, "maps", std::size_t{1} << 24);
    for (std::string_view rest = text; !rest.empty() && mappings.size() < most_mappings;) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (auto mapping = parse_mapping(line)) mappings.push_back(std::move(*mapping));
    }
    return mappings;
}

const Mapping* find_mapping(const std::vector<Mapping>& mappings, std::uint64_t address) {
    const auto after = std::ranges::upper_bound(mappings, address, {}, &Mapping::begin);
    if (after == mappings.begin() || !std::prev(after)->contains(address)) return nullptr;
    return &*std::prev(after);
}

const Mapping* first_of_file(const std::vector<Mapping>& mappings, const Mapping& mapping) {
    const Mapping* found = nullptr;
    for (const Mapping& candidate : mappings) {
        if (candidate.begin > mapping.begin) break;
        const bool same = candidate.inode == mapping.inode && candidate.device == mapping.device && candidate.path == mapping.path;
        if (same && candidate.offset == 0) found = &candidate;
    }
    return found;
}

int ProcessFiles::open(const Mapping& mapping) const {
    if (mapping.inode == 0) return -1;
    const std::string link = host::proc_path(pid_, fmt::format("map_files/{:x}-{:x}", mapping.begin, mapping.end));
    if (auto file = host::open_foreign(pid_, {.path = link}, mounts_); file && file->status.st_ino == mapping.inode)
        return file->fd.release();
    if (!mapping.path.starts_with('/')) return -1;
    auto file = host::open_foreign(pid_, {.path = mapping.path, .in_root = true}, mounts_);
    return file && file->status.st_ino == mapping.inode ? file->fd.release() : -1;
}

int ProcessFiles::open_debug_file(const std::string& path) const {
    auto file = host::open_foreign(pid_, {.path = path, .in_root = true}, mounts_);
    return file ? file->fd.release() : -1;
}

}  // namespace shimtrace::stacks
