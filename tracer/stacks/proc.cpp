#include "tracer/stacks/proc.hpp"

#include "tracer/procfs/call_of_thread.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/process_memory.hpp"
#include "tracer/procfs/task_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <elf.h>

namespace shimtrace::stacks {
namespace {

std::vector<std::int32_t> ids_within(Tid tid) {
    return host::task_status(tid).value_or(host::StatusText{}).ns_pids;
}

}  // namespace

std::string read_in_time(Pid pid, const std::string& name, std::size_t most) {
    const auto directory = host::ProcDirectory::open(host::proc_path(pid).c_str());
    if (!directory) return {};
    return host::read_in_time(*directory, pid, {.name = name.c_str(), .most = most, .records = true}).value_or("");
}

namespace {

std::optional<ThreadCall> call_in(std::string_view text, Pid pid, Tid tid) {
    const host::SyscallText call = host::parse_syscall(text.substr(0, text.find('\n')));
    if (call.stack_pointer == 0 && call.instruction_pointer == 0) return std::nullopt;  // "running"
    std::string auxv;
    const host::PatientMemory memory(pid, tid);
    const auto read_auxv = [&] { return std::string_view(auxv = read_in_time(pid, fmt::format("task/{}/auxv", tid.value), 65536)); };
    return ThreadCall{host::call_of_thread(call, &memory, read_auxv), call.stack_pointer, call.instruction_pointer};
}

}  // namespace

std::vector<std::optional<ThreadCall>> thread_calls(Pid pid, std::span<const Tid> tids) {
    constexpr std::size_t at_once = 64;
    std::vector<std::optional<ThreadCall>> calls(tids.size());
    const auto directory = host::ProcDirectory::open(host::proc_path(pid).c_str());
    if (!directory) return calls;
    for (std::size_t first = 0; first < tids.size(); first += at_once) {
        const auto some = tids.subspan(first, std::min(at_once, tids.size() - first));
        std::vector<std::string> names;
        for (const Tid tid : some) names.push_back(fmt::format("task/{}/syscall", tid.value));
        std::vector<host::FileWanted> wanted;
        for (const std::string& name : names) wanted.push_back({.name = name.c_str(), .most = 4096});
        const auto texts = host::read_in_time(*directory, pid, wanted);
        for (std::size_t i = 0; i < some.size(); ++i)
            if (texts[i]) calls[first + i] = call_in(*texts[i], pid, some[i]);
    }
    return calls;
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

std::int32_t inner_id(Tid tid) {
    const auto ids = ids_within(tid);
    return ids.empty() ? tid.value : ids.back();
}

bool in_nested_pid_namespace(Pid pid) {
    return ids_within(leader(pid)).size() > 1;
}

Pid process_with_inner_id(Pid pid, std::int32_t inner) {
    if (inner <= 0) return Pid{0};
    if (!in_nested_pid_namespace(pid)) return Pid{inner};
    const std::string own = host::task_link(leader(pid), "ns/pid");
    for (const Pid candidate : host::all_processes())
        if (inner_id(leader(candidate)) == inner && host::task_link(leader(candidate), "ns/pid") == own) return candidate;
    return Pid{0};
}

Pid pidfd_process(Pid pid, Fd fd) {
    const std::string info = host::task_file(leader(pid), "fdinfo/" + std::to_string(fd.value));
    const std::size_t at = info.find("\nPid:");
    return Pid{at == std::string::npos ? 0 : std::max(0, std::atoi(info.c_str() + at + 5))};
}

}  // namespace shimtrace::stacks
