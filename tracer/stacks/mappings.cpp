#include "tracer/stacks/mappings.hpp"

#include "tracer/stacks/proc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

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
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    mapping.path = line;
    return mapping;
}

/// A regular file behind an O_PATH descriptor, opened to be read; closes `path_fd`.
int reopen_regular(int path_fd, std::uint64_t inode) {
    if (path_fd < 0) return -1;
    struct stat facts;
    int fd = -1;
    if (fstat(path_fd, &facts) == 0 && S_ISREG(facts.st_mode) && (inode == 0 || facts.st_ino == inode)) {
        fd = open(fmt::format("/proc/self/fd/{}", path_fd).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }
    close(path_fd);
    return fd;
}

int open_path_in_root(Pid pid, const std::string& path) {
    const int root = open(fmt::format("/proc/{}/root", pid.value).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) return -1;
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const long fd = syscall(SYS_openat2, root, path.c_str(), &how, sizeof(how));
    close(root);
    return static_cast<int>(fd);
}

}  // namespace

std::vector<Mapping> read_mappings(Pid pid) {
    std::vector<Mapping> mappings;
    const std::string text = read_file(fmt::format("/proc/{}/maps", pid.value), std::size_t{1} << 24);
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

int open_in_root(Pid pid, const std::string& path) {
    return reopen_regular(open_path_in_root(pid, path), 0);
}

int open_mapped_file(Pid pid, const Mapping& mapping) {
    if (mapping.inode == 0 || !slow_file_system(pid, mapping.device).empty()) return -1;
    const std::string link = fmt::format("/proc/{}/map_files/{:x}-{:x}", pid.value, mapping.begin, mapping.end);
    const int fd = reopen_regular(open(link.c_str(), O_PATH | O_CLOEXEC), mapping.inode);
    if (fd >= 0 || !mapping.path.starts_with('/')) return fd;
    return reopen_regular(open_path_in_root(pid, mapping.path), mapping.inode);
}

}  // namespace shimtrace::stacks
