#include "tracer/stacks/proc.hpp"
#include "tracer/procfs/clock.hpp"

#include "tracer/procfs/call_of_thread.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/process_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

namespace shimtrace::stacks {
namespace {

/// The value of a "Name:\tvalue" line; empty where there is none.
std::string_view field(std::string_view file, std::string_view name) {
    for (std::size_t at = file.find(name); at != std::string_view::npos; at = file.find(name, at + 1)) {
        if (at != 0 && file[at - 1] != '\n') continue;
        std::string_view rest = file.substr(at + name.size());
        rest = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        return rest;
    }
    return {};
}

std::int32_t number(std::string_view text) {
    std::int32_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::vector<std::string_view> words(std::string_view line) {
    std::vector<std::string_view> result;
    while (true) {
        const std::size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos) return result;
        line.remove_prefix(begin);
        const std::size_t end = line.find_first_of(" \t");
        result.push_back(line.substr(0, end));
        if (end == std::string_view::npos) return result;
        line.remove_prefix(end);
    }
}

}  // namespace

std::string read_file(const std::string& path, std::size_t most) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    std::string result;
    std::array<char, 8192> buffer;
    while (result.size() < most) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got <= 0) break;
        result.append(buffer.data(), static_cast<std::size_t>(got));
    }
    close(fd);
    return result;
}

std::string read_in_time(Pid pid, const std::string& name, std::size_t most) {
    const auto directory = host::ProcDirectory::open(fmt::format("/proc/{}", pid.value).c_str());
    if (!directory) return {};
    return host::read_in_time(*directory, pid, {.name = name.c_str(), .most = most, .records = true}).value_or("");
}

std::string read_link(const std::string& path) {
    std::array<char, 4096> buffer;
    const ssize_t got = readlink(path.c_str(), buffer.data(), buffer.size());
    return got < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(got));
}

std::vector<std::int32_t> numbers_in(const std::string& directory) {
    std::vector<std::int32_t> numbers;
    DIR* const open_directory = opendir(directory.c_str());
    if (open_directory == nullptr) return numbers;
    while (const dirent* entry = readdir(open_directory)) {
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') numbers.push_back(number(entry->d_name));
    }
    closedir(open_directory);
    return numbers;
}

std::optional<ThreadCall> thread_call(Pid pid, Tid tid) {
    const std::string text = read_in_time(pid, fmt::format("task/{}/syscall", tid.value), 4096);
    const host::SyscallText call = host::parse_syscall(std::string_view(text).substr(0, text.find('\n')));
    if (call.stack_pointer == 0 && call.instruction_pointer == 0) return std::nullopt;  // "running"
    std::string auxv;
    const host::PatientMemory memory(pid, tid);
    const auto read_auxv = [&] { return std::string_view(auxv = read_in_time(pid, fmt::format("task/{}/auxv", tid.value), 65536)); };
    return ThreadCall{host::call_of_thread(call, &memory, read_auxv), call.stack_pointer, call.instruction_pointer};
}

std::uint64_t entry_point(Pid pid) {
    const std::string vector = read_in_time(pid, "auxv", 65536);
    for (std::size_t at = 0; at + 16 <= vector.size(); at += 16) {
        std::uint64_t pair[2];
        std::memcpy(pair, vector.data() + at, sizeof(pair));
        if (pair[0] == AT_ENTRY) return pair[1];
    }
    return 0;
}

std::int32_t inner_id(Pid pid, Tid tid) {
    const std::string status = read_file(fmt::format("/proc/{}/task/{}/status", pid.value, tid.value), 65536);
    const std::vector<std::string_view> numbers = words(field(status, "NSpid:"));
    return numbers.empty() ? tid.value : number(numbers.back());
}

bool in_nested_pid_namespace(Pid pid) {
    const std::string status = read_file(fmt::format("/proc/{}/status", pid.value), 65536);
    return words(field(status, "NSpid:")).size() > 1;
}

Pid process_with_inner_id(Pid pid, std::int32_t inner) {
    if (inner <= 0) return Pid{0};
    if (!in_nested_pid_namespace(pid)) return Pid{inner};
    const std::string own = read_link(fmt::format("/proc/{}/ns/pid", pid.value));
    for (const std::int32_t candidate : numbers_in("/proc")) {
        const std::string status = read_file(fmt::format("/proc/{}/status", candidate), 65536);
        const std::vector<std::string_view> numbers = words(field(status, "NSpid:"));
        if (numbers.empty() || number(numbers.back()) != inner) continue;
        if (read_link(fmt::format("/proc/{}/ns/pid", candidate)) == own) return Pid{candidate};
    }
    return Pid{0};
}

Pid pidfd_process(Pid pid, Fd fd) {
    const std::string info = read_file(fmt::format("/proc/{}/fdinfo/{}", pid.value, fd.value), 65536);
    return Pid{std::max(0, number(field(info, "Pid:")))};
}

}  // namespace shimtrace::stacks
