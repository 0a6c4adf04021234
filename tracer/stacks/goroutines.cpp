#include "tracer/stacks/goroutines.hpp"
#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/process_memory.hpp"
#include "tracer/procfs/task_files.hpp"
#include "tracer/stacks/binary_cache.hpp"
#include "tracer/stacks/proc.hpp"
#include "tracer/stacks/stopped_threads.hpp"

#include "decoders/golang/program.hpp"
#include "decoders/syscalls/call_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace shimtrace::stacks {
namespace {

golang::GoThread describe_go_thread(Tid tid, bool nested, const std::optional<ThreadCall>& call) {
    golang::GoThread thread;
    thread.tid = tid;
    thread.inner_tid = nested ? inner_id(tid) : tid.value;
    if (call) {
        thread.arch = call->call.arch;
        thread.syscall = call->call.number;
        std::ranges::copy(call->call.args, thread.args);
        thread.sp = call->stack_pointer;
        thread.pc = call->instruction_pointer;
    }
    return thread;
}

/// "tfd:       18 events:     201d data: 7f…  pos:0 ino:… sdev:…": one row of fdinfo of an epoll descriptor.
std::optional<golang::PolledDescriptor> polled_row(std::string_view line) {
    const auto after = [&](std::string_view name) {
        const std::size_t found = line.find(name);
        std::string_view rest = found == std::string_view::npos ? std::string_view{} : line.substr(found + name.size());
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        return rest;
    };
    const std::string_view fd = after("tfd:"), data = after("data:");
    golang::PolledDescriptor row;
    if (std::from_chars(fd.data(), fd.data() + fd.size(), row.fd.value).ec != std::errc{}) return std::nullopt;
    if (std::from_chars(data.data(), data.data() + data.size(), row.data, 16).ec != std::errc{}) return std::nullopt;
    return row;
}

std::string descriptor_path(Pid pid, Fd fd) {
    return host::task_link(leader(pid), fmt::format("fd/{}", fd.value));
}

/// The interest sets of all epoll descriptors.
std::vector<golang::PolledDescriptor> polled_descriptors(Pid pid) {
    std::vector<golang::PolledDescriptor> rows;
    const auto process = host::ProcDirectory::open(host::proc_path(pid).c_str());
    const auto links = process ? process->directory("fd") : std::unexpected(process.error());
    const auto numbers = links ? links->numbers() : std::unexpected(links.error());
    if (!numbers) return rows;
    std::map<std::int32_t, std::string> paths;
    for (const std::int32_t fd : *numbers)
        if (auto path = links->link(host::DecimalName(fd).c_str())) paths.emplace(fd, std::move(*path));
    for (const auto& [fd, path] : paths) {
        if (path != "anon_inode:[eventpoll]") continue;
        const std::string info = host::read_in_time(*process, pid, {.name = fmt::format("fdinfo/{}", fd).c_str()}).value_or("");
        for (std::string_view rest = info; !rest.empty();) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            if (!line.starts_with("tfd:")) continue;
            auto row = polled_row(line);
            if (!row) continue;
            if (const auto known = paths.find(row->fd.value); known != paths.end()) row->path = known->second;
            rows.push_back(std::move(*row));
        }
    }
    return rows;
}

/// The path that a blocked call names; empty: it names none, or it could not be read.
std::string path_argument(const GoWait& wait, const Memory& memory) {
    const decoders::CallFacts* facts = wait.syscall < 0 ? nullptr : decoders::call_facts(wait.arch, wait.syscall);
    if (!facts || facts->places.paths[0] < 0) return {};
    std::string path(4096, '\0');
    const std::uint64_t address = wait.args[static_cast<std::size_t>(facts->places.paths[0])];
    path.resize(memory.read(RemoteAddress{address}, std::as_writable_bytes(std::span(path))));
    const std::size_t end = path.find('\0');
    return end == std::string::npos ? std::string() : path.substr(0, end);
}

/// What only the host knows: paths of descriptors that are not polled, and which process a child's number means.
GoProgram finish(golang::DecodedProgram decoded, Pid pid, const Memory& memory) {
    GoProgram& program = decoded.program;
    for (Goroutine& goroutine : program.goroutines) {
        GoWait& wait = goroutine.wait;
        if (wait.fd.value >= 0 && wait.fd_path.empty()) wait.fd_path = descriptor_path(pid, wait.fd);
        if (wait.fd_path.empty()) wait.fd_path = path_argument(wait, memory);
    }
    for (const golang::DecodedProgram::Child& child : decoded.children) {
        GoWait& wait = program.goroutines[child.goroutine].wait;
        wait.child = child.is_pidfd ? pidfd_process(pid, Fd{child.number}) : process_with_inner_id(pid, child.number);
    }
    return std::move(program);
}

/// Registers of stopped threads take the place of what /proc showed before.
void take_registers(std::vector<golang::GoThread>& threads, const StoppedThreads& stopped) {
    for (const StoppedThread& thread : stopped.threads()) {
        const auto found = std::ranges::find(threads, thread.tid, &golang::GoThread::tid);
        if (found == threads.end()) continue;
        found->sp = thread.registers->sp();
        found->pc = thread.registers->pc();
        found->link = thread.registers->link();
    }
}

}  // namespace

Result<std::optional<GoProgram>> read_goroutines(Pid pid, BinaryCache& cache, const GoroutineOptions& options) {
    const auto learned = learned_binary(pid, cache);
    if (!learned) return std::unexpected(learned.error());
    if ((*learned)->failure) return std::unexpected(*(*learned)->failure);
    if (!(*learned)->go) return std::nullopt;
    const golang::GoBinary& binary = *(*learned)->go;

    const host::PatientMemory memory(pid, leader(pid));
    const auto location = golang::locate_runtime(binary, memory, load_bias(pid, binary));
    if (!location) return std::unexpected(location.error());

    golang::ProcessFacts facts;
    facts.pid = pid;
    const bool nested = in_nested_pid_namespace(pid);
    const std::vector<Tid> tids = host::threads_of(pid);
    const auto calls = thread_calls(pid, tids);
    for (std::size_t i = 0; i < tids.size(); ++i) facts.threads.push_back(describe_go_thread(tids[i], nested, calls[i]));
    facts.polled = polled_descriptors(pid);
    facts.now = host::monotonic_now();

    const golang::ReadLimits limits{.max_stack_bytes = options.max_stack_bytes, .max_goroutines = options.max_goroutines};
    golang::RuntimeState state;
    Nanoseconds stopped_for{};
    std::string missing;
    if (options.stop) {
        StoppedThreads stopped(tids, options.stop_deadline);
        take_registers(facts.threads, stopped);
        state = golang::capture_runtime(binary, *location, memory, facts.threads, facts.polled, limits);
        stopped_for = stopped.resume();
        missing = stopped.missing();
    } else {
        state = golang::capture_runtime(binary, *location, memory, facts.threads, facts.polled, limits);
    }
    GoProgram program = finish(golang::decode_program(binary, *location, state, facts, memory), pid, memory);
    program.stopped = stopped_for;
    if (program.incomplete.empty()) program.incomplete = missing;
    return program;
}

}  // namespace shimtrace::stacks
