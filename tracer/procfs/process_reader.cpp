#include "tracer/procfs/process_reader.hpp"

#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/duplicate.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/host_root.hpp"
#include "tracer/procfs/mmap_lock.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ranges>
#include <span>
#include <string>
#include <string_view>

namespace shimtrace::host {
namespace {

// What roles and diagnoses need of an environment; the rest may hold secrets and is not kept.
constexpr auto environment_keys = std::to_array<std::string_view>(
    {"TTRPC_ADDRESS=", "GRPC_ADDRESS=", "NAMESPACE=", "XDG_RUNTIME_DIR=", "NOTIFY_SOCKET=", "DBUS_SESSION_BUS_ADDRESS=",
     "_LIBCONTAINER_INITTYPE=", "_LIBCONTAINER_INITPIPE=", "_LIBCONTAINER_FIFOFD=", "_LIBCONTAINER_SYNCPIPE=", "_LIBCONTAINER_CONSOLE=",
     "LISTEN_FDS=", "CNI_COMMAND=", "CNI_CONTAINERID=", "CNI_NETNS=", "CNI_ARGS=", "CNI_IFNAME="});

std::vector<std::string> wanted_environment(std::string_view text) {
    std::vector<std::string> wanted;
    while (!text.empty()) {
        const std::string_view entry = text.substr(0, text.find('\0'));
        text.remove_prefix(std::min(entry.size() + 1, text.size()));
        if (std::ranges::any_of(environment_keys, [&](std::string_view key) { return entry.starts_with(key); })) wanted.emplace_back(entry);
    }
    return wanted;
}

Inode namespace_inode(const ProcDirectory& directory, const char* name, const char* prefix) {
    const auto link = directory.link(name);
    return link ? Inode{bracketed_number(*link, prefix).value_or(0)} : Inode{};
}

struct ListenerAsked {
    Pid pid;
    Fd fd;
};

/// Whether calls wait at a seccomp listener, told by poll alone, which takes none: `count` is 1 for calls that nobody has asked for, 2
/// for calls asked for and not answered (linux/kernel/seccomp.c, seccomp_notify_poll), 3 for both, 4 for none; 0: not permitted.
Parcel poll_listener(Parcel request) {
    ListenerAsked asked;
    std::memcpy(&asked, request.bytes.data(), std::min(sizeof asked, request.bytes.size()));
    const OwnedFd listener = duplicate(asked.pid, asked.fd);
    pollfd polled{.fd = listener.get(), .events = POLLIN | POLLOUT, .revents = 0};
    if (!listener || ::poll(&polled, 1, 0) < 0) return {};
    const int told = (polled.revents & POLLIN ? 1 : 0) | (polled.revents & POLLOUT ? 2 : 0);
    return {std::string(1, static_cast<char>(told == 0 ? 4 : told)), {}};
}

void ask_seccomp_listener(Pid pid, FdEntry& entry) {
    const ListenerAsked asked{pid, entry.fd};
    const auto told = ask(concern_of(pid), poll_listener, {std::string(reinterpret_cast<const char*>(&asked), sizeof asked), {}});
    if (told && !told->bytes.empty()) entry.target.count = static_cast<unsigned char>(told->bytes[0]);
}

std::vector<SharedText> read_stack(const ProcDirectory& directory, Pid whose) {
    const auto text = read_in_time(directory, whose, {.name = "stack"});
    return text ? parse_kernel_stack(*text) : std::vector<SharedText>{};
}

bool has_memory(const Process& process) {
    return !has_ended(process.state);
}

void read_links(const ProcDirectory& directory, Process& process, ReadErrors& errors) {
    if (const auto exe = directory.link("exe"))
        process.exe = *exe;
    else
        errors.note("executable", exe.error());
    if (const auto cwd = directory.link("cwd")) process.cwd = *cwd;
}

constexpr std::size_t most_command_line = std::size_t{128} << 10, most_environment = std::size_t{128} << 10;

void take_program(Process& process, const OrErrno<std::string>& command_line, const OrErrno<std::string>& environment, ReadErrors& errors) {
    if (command_line) process.command_line = parse_strings(*command_line, 4096);
    if (environment) process.environment = wanted_environment(*environment);
    if (!command_line && command_line.error() == ETIMEDOUT) note_locked(errors, process.pid, "command line", true);
}

/// False, and noted: a first thread like that may hold the lock of the mappings.
bool may_ask_program(const ProcDirectory& directory, const Process& process, ReadErrors& errors) {
    if (process.state != ProcessState::uninterruptible || !may_hold_mmap_lock(read_stack(directory, process.pid))) return true;
    note_locked(errors, process.pid, "command line", false);
    return false;
}

bool a_thread_may_hold_lock(const ProcDirectory& directory, Pid whose, std::string& scratch) {
    constexpr std::size_t most_stacks = 64;
    const auto tasks = directory.directory("task");
    const auto numbers = tasks ? tasks->numbers() : std::unexpected(tasks.error());
    if (!numbers) return false;
    std::vector<std::string> names;
    for (const std::int32_t number : *numbers) {
        const std::string name = std::to_string(number);
        const auto text = tasks->read((name + "/stat").c_str(), scratch);
        const auto stat = text ? parse_stat(*text) : std::nullopt;
        if (stat && stat->state == ProcessState::uninterruptible && names.size() < most_stacks) names.push_back(name + "/stack");
    }
    if (names.empty()) return false;
    std::vector<FileWanted> wanted;
    for (const std::string& name : names) wanted.push_back({.name = name.c_str()});
    return std::ranges::any_of(read_in_time(*tasks, "stacks of " + concern_of(whose), wanted),
                               [](const auto& text) { return text && may_hold_mmap_lock(parse_kernel_stack(*text)); });
}

void read_command_line(const ProcDirectory& directory, Process& process, const KnownProgram& program, std::string& scratch,
                       ReadErrors& errors) {
    constexpr FileWanted wanted{.name = "cmdline", .most = most_command_line};
    if (program.forked_from != nullptr) {
        process.command_line = program.forked_from->command_line;
    } else if (program.just_executed) {
        const auto text = directory.read(wanted.name, scratch, wanted.most);
        take_program(process, text ? OrErrno<std::string>(std::string(*text)) : std::unexpected(text.error()), std::unexpected(0), errors);
    } else if (may_ask_program(directory, process, errors)) {
        take_program(process, read_in_time(directory, process.pid, wanted), std::unexpected(0), errors);
    }
}

}  // namespace

void read_accounts(const ProcDirectory& directory, Process& process, std::string& scratch) {
    if (const auto text = read_in_time(directory, process.pid, {.name = "io"})) {
        const IoText io = parse_io(*text);
        process.read_bytes = io.read_bytes;
        process.write_bytes = io.write_bytes;
    }
    if (const auto text = directory.read("oom_score_adj", scratch)) process.oom_score_adj = std::atoi(std::string(*text).c_str());
}

namespace {

/// What of some kinds neither link nor status tells. `directory`: /proc/PID, opened where one is among them.
template <typename Open>
void complete_descriptors(Process& process, const Open& directory, std::string& scratch) {
    for (FdEntry& entry : process.fds) {
        // Which pty a master belongs to: without it nobody finds the other side.
        if (is_pty_master(entry.target))
            if (const ProcDirectory* opened = directory())
                add_fdinfo(*opened, process.pid, ("fdinfo/" + std::to_string(entry.fd.value)).c_str(), entry.target, scratch);
        if (entry.target.kind == OpenFileKind::seccomp_notify) ask_seccomp_listener(process.pid, entry);
    }
}

}  // namespace

void add_descriptors(const ProcDirectory& process_directory, TableRow& row, MountTables& mounts, std::string& scratch, ReadErrors& errors,
                     std::size_t most) {
    Process& process = row.process;
    process.fds_known = process.state == ProcessState::zombie || row.kernel_thread;
    if (row.kernel_thread) return;
    const auto thread = row.leader_gone ? living_thread(process_directory, scratch) : std::nullopt;
    const ProcDirectory& directory = thread ? *thread : process_directory;
    auto fds = read_descriptors(directory, mounts.of(directory, process, errors).fragile, most);
    if (fds) {
        process.fds = std::move(*fds);
        process.fds_known = process.fds.size() < most;
        if (!process.fds_known) errors.note("all descriptors", EOVERFLOW);
        complete_descriptors(
            process, [&] { return &directory; }, scratch);
    } else if (process.state != ProcessState::zombie) {
        errors.note("descriptors", fds.error());
    }
}

bool add_descriptors(const ProcDirectory& proc, TableRow& row, std::vector<FdEntry> known, std::span<const std::size_t> unfinished,
                     MountTables& mounts, std::string& scratch, ReadErrors& errors) {
    Process& process = row.process;
    std::optional<ProcDirectory> opened;
    const auto directory = [&] {
        if (!opened) opened = directory_of(proc, process, scratch);
        return opened ? &*opened : nullptr;
    };
    if (!unfinished.empty()) {
        const auto links = directory() ? opened->directory("fd") : std::unexpected(ESRCH);
        if (!links) return false;
        const FragileMounts& fragile = mounts.of(*opened, process, errors).fragile;
        for (const std::size_t position : unfinished | std::views::reverse) {
            auto target = read_descriptor(*links, known[position].fd, fragile);
            if (target)
                known[position].target = std::move(*target);
            else if (vanished(target.error()))
                known.erase(known.begin() + static_cast<std::ptrdiff_t>(position));
            else
                return false;
        }
    }
    process.fds = std::move(known);
    process.fds_known = true;
    complete_descriptors(process, directory, scratch);
    return true;
}

std::optional<ProcDirectory> directory_of(const ProcDirectory& proc, const Process& process, std::string& scratch) {
    auto directory = proc.directory(process.pid.value);
    const auto text = directory ? directory->read("stat", scratch) : std::unexpected(directory.error());
    const auto stat = text ? parse_stat(*text) : std::nullopt;
    if (!stat || stat->start_time != process.start_time) return std::nullopt;
    return std::move(*directory);
}

std::optional<ProcDirectory> living_thread(const ProcDirectory& process, std::string& scratch) {
    const auto tasks = process.directory("task");
    const auto numbers = tasks ? tasks->numbers() : std::unexpected(tasks.error());
    if (!numbers || numbers->size() < 2) return std::nullopt;
    for (const std::int32_t number : *numbers) {
        auto thread = tasks->directory(number);
        const auto text = thread ? thread->read("stat", scratch) : std::unexpected(thread.error());
        const auto stat = text ? parse_stat(*text) : std::nullopt;
        if (stat && !has_ended(stat->state)) return std::move(*thread);
    }
    return std::nullopt;
}

namespace {

std::optional<TableRow> read_who(const ProcDirectory& process_directory, std::string& scratch, ReadErrors& errors) {
    const auto stat_text = process_directory.read("stat", scratch);
    if (!stat_text) return std::nullopt;
    auto stat = parse_stat(*stat_text);
    if (!stat) return std::nullopt;
    std::optional<ProcDirectory> thread;
    if (stat->state == ProcessState::zombie) thread = living_thread(process_directory, scratch);
    const ProcDirectory& directory = thread ? *thread : process_directory;
    if (thread)
        if (const auto text = thread->read("stat", scratch))
            if (const auto living = parse_stat(*text)) stat->state = living->state;
    TableRow row{.process = {}, .kernel_thread = stat->kernel_thread(), .leader_gone = thread.has_value()};
    Process& process = row.process;
    process.pid = Pid{stat->id};
    process.parent = Pid{stat->parent};
    process.start_time = stat->start_time;
    process.comm = std::move(stat->comm);
    process.state = stat->state;
    process.session = stat->session;
    process.process_group = stat->process_group;
    process.tty = stat->tty;
    if (row.kernel_thread) {
        // kthreadd's namespace is the host's, also where pid 1 keeps itself to itself; those of all others are the same.
        if (stat->id == 2) process.ns.mnt = namespace_inode(directory, "ns/mnt", "mnt:[");
        return row;
    }
    if (const auto text = directory.read("status", scratch)) {
        StatusText status = parse_status(*text);
        process.ns_pids = std::move(status.ns_pids);
        process.pending_signals = status.pending;
        process.blocked_signals = status.blocked;
        process.ignored_signals = status.ignored;
        process.caught_signals = status.caught;
        process.uid = status.uid;
    }
    process.ns.pid = namespace_inode(directory, "ns/pid", "pid:[");
    process.ns.mnt = namespace_inode(directory, "ns/mnt", "mnt:[");
    process.foreign_root = has_foreign_root(directory, process.ns.mnt);
    if (has_memory(process)) read_links(directory, process, errors);
    return row;
}

}  // namespace

std::optional<TableRow> read_identity(const ProcDirectory& process_directory, std::string& scratch, ReadErrors& errors,
                                      const KnownProgram& program) {
    auto row = read_who(process_directory, scratch, errors);
    if (!row || row->kernel_thread || !has_memory(row->process)) return row;
    const auto thread = row->leader_gone ? living_thread(process_directory, scratch) : std::nullopt;
    const ProcDirectory& directory = thread ? *thread : process_directory;
    read_command_line(directory, row->process, program, scratch, errors);
    return row;
}

std::optional<TableRow> read_table_row(const ProcDirectory& process_directory, std::string& scratch, ReadErrors& errors) {
    auto row = read_who(process_directory, scratch, errors);
    if (!row || row->kernel_thread) return row;
    const auto thread = row->leader_gone ? living_thread(process_directory, scratch) : std::nullopt;
    const ProcDirectory& directory = thread ? *thread : process_directory;
    Process& process = row->process;
    if (const auto text = directory.read("cgroup", scratch)) process.cgroup = parse_cgroup(*text);
    process.ns.net = namespace_inode(directory, "ns/net", "net:[");
    process.ns.user = namespace_inode(directory, "ns/user", "user:[");
    process.ns.cgroup = namespace_inode(directory, "ns/cgroup", "cgroup:[");
    if (!has_memory(process)) return row;
    if (const auto root = directory.link("root")) process.root = *root;
    return row;
}

void read_programs(const ProcDirectory& proc, std::span<TableRow> rows, std::string& scratch, ReadErrors& errors) {
    constexpr std::size_t at_once = 64;
    for (; !rows.empty(); rows = rows.subspan(std::min(at_once, rows.size()))) {
        std::vector<TableRow*> asked;
        std::vector<std::string> names;
        for (TableRow& row : rows.first(std::min(at_once, rows.size()))) {
            if (row.kernel_thread || !has_memory(row.process)) continue;
            std::string name = std::to_string(row.process.pid.value);
            const auto directory = proc.directory(name.c_str());
            if (!directory) continue;
            if (row.leader_gone) {
                const auto thread = living_thread(*directory, scratch);
                const auto stat = thread ? thread->read("stat", scratch) : std::unexpected(ESRCH);
                if (const auto living = stat ? parse_stat(*stat) : std::nullopt) name += "/task/" + std::to_string(living->id);
            }
            if (!may_ask_program(*directory, row.process, errors)) continue;
            asked.push_back(&row);
            names.push_back(name + "/cmdline");
            names.push_back(name + "/environ");
        }
        if (asked.empty()) continue;
        std::vector<FileWanted> wanted;
        for (std::size_t i = 0; i < names.size(); ++i)
            wanted.push_back({.name = names[i].c_str(), .most = i % 2 == 0 ? most_command_line : most_environment});
        const auto texts = read_in_time(proc, concern_of(asked.front()->process.pid) + " and others", wanted);
        const bool in_time = texts.front() || texts.front().error() != ETIMEDOUT;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            Process& process = asked[i]->process;
            if (in_time) {
                take_program(process, texts[2 * i], texts[2 * i + 1], errors);
                continue;
            }
            // One of them keeps all waiting: each by itself, but for those of which their threads' states tell.
            if (const auto directory = proc.directory(process.pid.value);
                directory && a_thread_may_hold_lock(*directory, process.pid, scratch)) {
                note_locked(errors, process.pid, "command line", false);
                continue;
            }
            const auto one = read_in_time(proc, concern_of(process.pid), std::span(wanted).subspan(2 * i, 2));
            take_program(process, one.front(), one.back(), errors);
        }
    }
}

std::optional<Process> read_process(Pid pid) {
    const auto proc = ProcDirectory::open();
    if (!proc) return std::nullopt;
    const auto directory = proc->directory(pid.value);
    if (!directory) return std::nullopt;
    std::string scratch;
    ReadErrors errors;
    auto row = read_identity(*directory, scratch, errors);
    return row ? std::optional(std::move(row->process)) : std::nullopt;
}

}  // namespace shimtrace::host
