#include "tracer/engine/proc_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string_view>

namespace shimtrace::engine {

namespace {

template <typename Number>
std::optional<Number> parse(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data()) return std::nullopt;
    return number;
}

std::array<char, 96> proc_path(Tid tid, const char* name) {
    std::array<char, 96> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/%s", tid.value, name);
    return path;
}

}  // namespace

std::string proc_file(Tid tid, const char* name) {
    constexpr std::size_t most = 1 << 16;
    std::string text;
    const int fd = open(proc_path(tid, name).data(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return text;
    std::array<char, 4096> part;
    for (ssize_t got = 0; text.size() < most && (got = read(fd, part.data(), part.size())) > 0;) {
        text.append(part.data(), static_cast<std::size_t>(got));
        // These files are of one piece: a read that is not full is the last.
        if (static_cast<std::size_t>(got) < part.size()) break;
    }
    close(fd);
    return text;
}

std::optional<TaskStat> task_stat(Tid tid) {
    // The thread's own: the one of its process sums up the times of all its threads.
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "task/%d/stat", tid.value);
    const std::string text = proc_file(tid, name.data());
    // The comm may hold anything, spaces and parentheses too; the last parenthesis is the kernel's (proc(5)).
    const auto open_at = text.find('(');
    const auto close_at = text.rfind(')');
    if (open_at == std::string::npos || close_at == std::string::npos || close_at < open_at) return std::nullopt;
    TaskStat stat;
    stat.comm = text.substr(open_at + 1, close_at - open_at - 1);
    std::string_view rest = std::string_view(text).substr(close_at + 1);
    for (int field = 3; !rest.empty(); ++field) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        const std::string_view word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(word.size());
        if (field == 3 && !word.empty()) stat.state = process_state(word.front());
        if (field == 4) stat.parent = Pid{parse<std::int32_t>(word).value_or(0)};
        if (field == 9) stat.flags = parse<std::uint64_t>(word).value_or(0);
        if (field == 39) stat.cpu = parse<int>(word).value_or(-1);
    }
    return stat;
}

std::string status_value(Tid tid, const char* name) {
    const std::string text = proc_file(tid, "status");
    const std::string key = std::string("\n") + name + ":";
    const auto at = text.find(key);
    if (at == std::string::npos) return {};
    const auto start = text.find_first_not_of(" \t", at + key.size());
    return text.substr(start, text.find('\n', start) - start);
}

std::optional<std::int64_t> status_number(Tid tid, const char* name) {
    return parse<std::int64_t>(status_value(tid, name));
}

std::vector<Tid> threads_of(Tid tid) {
    std::vector<Tid> threads;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(proc_path(tid, "task").data()), closedir);
    if (!folder) return threads;
    while (const dirent* entry = readdir(folder.get())) {
        if (const auto number = parse<std::int32_t>(std::string_view(entry->d_name))) threads.emplace_back(*number);
    }
    return threads;
}

bool is_thread_of(Pid pid, Tid tid) {
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "task/%d", tid.value);
    return access(proc_path(leader(pid), name.data()).data(), F_OK) == 0;
}

}  // namespace shimtrace::engine
