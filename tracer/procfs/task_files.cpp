#include "tracer/procfs/task_files.hpp"

#include "tracer/procfs/proc_root.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>

namespace shimtrace::host {

namespace {

std::string path_of(Tid tid, const std::string& name) {
    return proc_path(Pid{tid.value}, name);
}

std::vector<std::int32_t> numbers_in(const std::string& path) {
    std::vector<std::int32_t> numbers;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
    if (!folder) return numbers;
    while (const dirent* entry = readdir(folder.get())) {
        const std::string_view name(entry->d_name);
        std::int32_t number = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), number).ptr == name.data() + name.size()) numbers.push_back(number);
    }
    return numbers;
}

}  // namespace

std::string task_file(Tid tid, const std::string& name) {
    constexpr std::size_t most = 1 << 16;
    std::string text;
    const int fd = open(path_of(tid, name).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return text;
    std::array<char, 4096> part;
    for (ssize_t got = 0; text.size() < most && (got = read(fd, part.data(), part.size())) > 0;) {
        text.append(part.data(), static_cast<std::size_t>(got));
        if (static_cast<std::size_t>(got) < part.size()) break;  // a read that is not full is the last
    }
    close(fd);
    return text;
}

std::string task_link(Tid tid, const std::string& name) {
    std::array<char, 4096> buffer;
    const ssize_t got = readlink(path_of(tid, name).c_str(), buffer.data(), buffer.size());
    return got < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

std::optional<StatLine> task_stat(Tid tid) {
    return parse_stat(task_file(tid, "task/" + std::to_string(tid.value) + "/stat"));
}

std::optional<StatusText> task_status(Tid tid) {
    const std::string text = task_file(tid, "status");
    return text.empty() ? std::nullopt : std::optional(parse_status(text));
}

std::vector<std::int32_t> task_numbers(Tid tid, const char* folder) {
    return numbers_in(path_of(tid, folder));
}

std::vector<Pid> all_processes() {
    std::vector<Pid> processes;
    for (const std::int32_t number : numbers_in(proc_root())) processes.emplace_back(number);
    return processes;
}

std::vector<Tid> threads_of(Pid pid) {
    std::vector<Tid> threads;
    for (const std::int32_t number : task_numbers(leader(pid), "task")) threads.emplace_back(number);
    return threads;
}

bool is_thread_of(Pid pid, Tid tid) {
    return access(path_of(leader(pid), "task/" + std::to_string(tid.value)).c_str(), F_OK) == 0;
}

}  // namespace shimtrace::host
