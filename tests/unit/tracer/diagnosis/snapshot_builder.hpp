// Snapshots made by hand, as the host would read them from a real hang: a shim with a container, and what goes wrong.
#pragma once

#include "decoders/syscalls/table.hpp"
#include "tracer/diagnosis/diagnose.hpp"

#include <shimtrace/snapshot.hpp>

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>

namespace shimtrace::test {

using namespace std::chrono_literals;

inline std::int64_t call_number(std::string_view name) {
    return *decoders::syscall_number(Arch::x86_64, name);
}
inline const std::int64_t call_read = call_number("read"), call_write = call_number("write"), call_wait4 = call_number("wait4"),
                          call_flock = call_number("flock"), call_futex = call_number("futex"),
                          call_nanosleep = call_number("clock_nanosleep"), call_openat = call_number("openat");
constexpr std::uint32_t read_only = 0, write_only = 1, read_write = 2;

/// Processes are kept apart until build(), so that references to them stay good.
class Host {
public:
    Host() {
        snapshot_.host = {.name = "host", .kernel = "6.18", .boot_id = "b"};
        snapshot_.taken_monotonic = MonotonicTime(1000s);
        add(1, 0, "init").role.role = ProcessRole::none;
    }

    Process& add(std::int32_t pid, std::int32_t parent, std::string comm) {
        Process& process = processes_.emplace_back();
        process.pid = Pid{pid};
        process.parent = Pid{parent};
        process.comm = std::move(comm);
        process.state = ProcessState::sleeping;
        process.start_time = 10000;  // 100 s after boot: 900 s old
        process.cgroup = "/";
        process.ns.pid = Inode{1};
        process.ns_pids = {pid};
        process.fds_known = true;
        process.threads.push_back({.tid = Tid{pid}, .comm = process.comm, .state = ProcessState::sleeping, .syscall = call_futex});
        return process;
    }

    /// A shim, its init and the files of both.
    Process& container(std::int32_t shim_pid, std::int32_t init_pid, std::string id, std::string ns = "default") {
        Process& shim = add(shim_pid, 1, "containerd-shim");
        shim.role = {.role = ProcessRole::shim, .container = {ns, id}};
        Process& init = inside(add(init_pid, shim_pid, "app"), {ns, id}, 1);
        init.role.role = ProcessRole::container_init;
        in_call(init, call_nanosleep);
        ContainerFiles files;
        files.container = {ns, id};
        files.state_dir = "/run/containerd";
        files.bundle = "/run/containerd/io.containerd.runtime.v2.task/" + ns + "/" + id;
        files.bundle_exists = files.state_json_exists = true;
        files.runc_root = "/run/containerd/runc/" + ns;
        files.containerd_address = "/run/containerd/containerd.sock";
        files.init_pid = files.state_init_pid = init.pid;
        files.state_init_start = init.start_time;
        files.sandbox_shim = shim.pid;
        snapshot_.containers.push_back(files);
        return init;
    }

    Process& inside(Process& process, const ContainerRef& ref, std::int32_t inner) {
        process.role = {.role = ProcessRole::container_process, .container = ref};
        process.ns.pid = Inode{100 + std::hash<std::string>{}(ref.ns + ref.id) % 100000};
        process.ns_pids.push_back(inner);
        process.cgroup = "/" + ref.ns + "/" + ref.id;
        return process;
    }

    /// One more thread, that sleeps for a while; `inner`: its number in its own pid namespace.
    static Thread& thread(Process& process, std::int32_t tid, std::int32_t inner) {
        Thread& thread = process.threads.emplace_back();
        thread.tid = Tid{tid};
        thread.ns_tid = inner;
        thread.state = ProcessState::sleeping;
        thread.syscall = call_nanosleep;
        return thread;
    }

    static void in_call(Process& process, std::int64_t call, std::uint64_t first = 0, ProcessState state = ProcessState::sleeping) {
        Thread& thread = process.threads.front();
        thread.syscall = call;
        thread.args[0] = first;
        thread.state = process.state = state;
    }

    static OpenFile& fd(Process& process, std::int32_t number, OpenFileKind kind, std::uint64_t inode, std::uint32_t access,
                        OpenFileRole role = OpenFileRole::none, std::string path = "") {
        FdEntry& entry = process.fds.emplace_back();
        entry.fd = Fd{number};
        entry.target.kind = kind;
        entry.target.inode = Inode{inode};
        entry.target.flags = access;
        entry.target.path = path.empty() ? "pipe:[" + std::to_string(inode) + "]" : std::move(path);
        entry.target.role = {.role = role, .container = process.role.container};
        return entry.target;
    }

    void pipe(std::uint64_t inode, std::uint32_t queued, std::string path = "") {
        Pipe& pipe = snapshot_.pipes.emplace_back();
        pipe.inode = Inode{inode};
        pipe.path = std::move(path);
        pipe.queued = queued;
        pipe.capacity = 65536;
    }

    /// init's stdout is a full pipe that the shim copies into a fifo, as full.
    void full_stdout(Process& init, std::int32_t shim_pid, std::uint64_t inode, std::uint32_t fifo_bytes = 65536) {
        Process& shim = get(shim_pid);
        const std::string fifo = "/run/containerd/fifo/1/" + init.role.container.id + "-stdout";
        fd(init, 1, OpenFileKind::pipe, inode, write_only, OpenFileRole::stdout_stream);
        fd(shim, 16, OpenFileKind::pipe, inode, read_only, OpenFileRole::stdout_stream);
        fd(shim, 18, OpenFileKind::fifo, inode + 1, read_write, OpenFileRole::stdout_stream, fifo);
        pipe(inode, 65536);
        pipe(inode + 1, fifo_bytes, fifo);
        in_call(init, call_write, 1);
        init.threads.front().wchan = "anon_pipe_write";
    }

    /// What exec e1 left behind in the container of that init: it has the exec's stdout, pipe 6000, which the shim reads.
    Process& daemon_of_exec(std::int32_t shim_pid, std::int32_t init_pid, std::int32_t pid) {
        Process& daemon = inside(add(pid, init_pid, "sleep"), get(init_pid).role.container, 8);
        fd(daemon, 1, OpenFileKind::pipe, 6000, write_only, OpenFileRole::stdout_stream).role.edit().exec_id = "e1";
        fd(get(shim_pid), 20, OpenFileKind::pipe, 6000, read_only, OpenFileRole::stdout_stream).role.edit().exec_id = "e1";
        return daemon;
    }

    /// A client that reads the container's fifo.
    Process& reader(std::int32_t pid, const Process& init, std::uint64_t inode) {
        Process& client = add(pid, 1, "ctr");
        client.role.role = ProcessRole::client;
        fd(client, 9, OpenFileKind::fifo, inode + 1, read_only, OpenFileRole::stdout_stream,
           "/run/containerd/fifo/1/" + init.role.container.id + "-stdout");
        return client;
    }

    static void stop(Process& process) {
        process.state = ProcessState::stopped;
        for (Thread& thread : process.threads) thread.state = ProcessState::stopped;
    }

    Process& get(std::int32_t pid) {
        for (Process& process : processes_)
            if (process.pid.value == pid) return process;
        throw std::logic_error("no such process");
    }

    /// The second look: who is in `moved` has run since.
    void resample(Nanoseconds interval, std::initializer_list<std::int32_t> moved = {}) {
        for (Process& process : processes_)
            for (Thread& thread : process.threads) {
                thread.second = thread.first;
                thread.second->at = thread.first.at + interval;
                if (std::ranges::find(moved, process.pid.value) != moved.end()) thread.second->context_switches += 3;
            }
    }

    ContainerFiles& files(std::size_t index = 0) { return snapshot_.containers.at(index); }
    Snapshot& snapshot() { return snapshot_; }

    Snapshot build() const {
        Snapshot made = snapshot_;
        made.processes.assign(processes_.begin(), processes_.end());
        return made;
    }

    Diagnosis why(std::string id, std::string ns = "default") const {
        return diagnosis::diagnose(build(), {.containers = {{ns, id}}, .pids = {}, .shims = {}}).at(0);
    }

private:
    Snapshot snapshot_;
    std::deque<Process> processes_;
};

/// Container c1's files alone: its shim and its init are gone.
inline Host gone() {
    Host host;
    host.container(100, 200, "c1");
    for (const std::int32_t pid : {100, 200}) {
        host.get(pid).role = {};
        host.get(pid).pid = Pid{pid + 90000};
    }
    host.files().sandbox_shim = {};
    return host;
}

inline std::vector<std::int32_t> blamed(const Diagnosis& diagnosis) {
    std::vector<std::int32_t> pids;
    for (const Culprit& culprit : diagnosis.culprits) pids.push_back(culprit.pid.value);
    return pids;
}

}  // namespace shimtrace::test
