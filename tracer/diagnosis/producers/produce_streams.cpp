// A container's output on its way out: from a full pipe or console to whoever should read it.
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"
#include "tracer/diagnosis/producers/peers.hpp"
#include "tracer/diagnosis/producers/producers.hpp"
#include "tracer/diagnosis/producers/streams.hpp"

#include <fmt/format.h>

#include <sys/epoll.h>

#include <algorithm>
#include <set>

namespace shimtrace::diagnosis::produce {

namespace {

/// Who has the other end within the same job of a shell: a slow one, that moves, is what was asked for.
bool is_in_same_job(const Context& look, const Process& reader, const std::vector<Holder>& ends) {
    return reader.process_group != 0 && reader.role.role == ProcessRole::none && std::ranges::any_of(ends, [&](const Holder& end) {
               const Process* writer = look.facts.process(end.pid);
               return writer && writer != &reader && end.writes && writer->process_group == reader.process_group;
           });
}

/// The edges from something full to those who can read it. A shim's own descriptors count for nothing at a fifo: it keeps
/// both ends open so that a reader's death gives it no EPIPE (containerd's pkg/process/io.go, copyPipes).
void readers(const Context& look, const NodeKey& full, const std::vector<Holder>& ends, const OpenFileRoleInfo& role, bool fifo,
             Waits& out) {
    bool any = false;
    std::vector<Holder> own;
    for (const Holder& end : ends) {
        if (!end.reads) continue;
        const Process* reader = look.facts.process(end.pid);
        const bool is_shim = reader && reader->role.role == ProcessRole::shim;
        if (fifo && (is_shim || end.pid == look.scope.shim)) continue;
        // Another container may well be who reads this one's output: a log agent.
        if (reader && is_program_of(*reader, look.scope.ref)) {
            own.push_back(end);
            continue;
        }
        any = true;
        Wait wait{.kind = WaitKind::copied_by,
                  .to = NodeKey::of(end.pid),
                  .evidence = fmt::format("{} has the read end of {}{}", who(look.facts, end.pid), label(look.facts, full),
                                          end.fd.value >= 0 ? fmt::format(" as descriptor {}", end.fd.value) : std::string()),
                  .role = role,
                  .object_text = label(look.facts, full)};
        if (is_shim) {
            wait.to.inode = full.inode;
            wait.to.device = full.device;
        } else {
            wait.if_idle = RootCause::slow_reader;
            // That it stands still proves less than that the writer does: it may serve others.
            wait.confidence = seen_twice(look);
            wait.normal = !fifo && reader && look.facts.standstill(*reader) == Standstill::moved &&
                          (reader->role.role == ProcessRole::plugin || is_in_same_job(look, *reader, ends));
        }
        out.push_back(std::move(wait));
    }
    if (any) return;
    // A pipeline of the container's own is its affair, unless nobody is left in it who can go on.
    if (all_readers_are_stopped(look.facts, own)) {
        for (const Holder& end : own)
            out.push_back(
                {.kind = WaitKind::copied_by,
                 .to = NodeKey::of(end.pid),
                 .evidence = fmt::format("{} has the read end of {}, and is stopped", who(look.facts, end.pid), label(look.facts, full)),
                 .role = role,
                 .object_text = label(look.facts, full)});
        return;
    }
    // Of a fifo the writer itself may have both ends.
    const bool is_read = std::ranges::any_of(own, [](const Holder& end) { return end.reads && !end.writes; });
    if (is_read || (!fifo && !own.empty())) return;
    out.push_back(
        {.kind = WaitKind::copied_by,
         .to = NodeKey::nobody("nobody reads it"),
         .evidence = fmt::format("no process has {} open for reading{}", label(look.facts, full), fifo ? " but the shim itself" : ""),
         .root_cause = RootCause::nobody_reads,
         .role = role,
         .object_text = label(look.facts, full)});
}

std::string outlet_text(const Context& look, const OpenFile& target) {
    const std::string counts = fill_words(look.facts.pipe(target.inode, target.device));
    return counts.empty() ? short_path(target.path) : fmt::format("{} ({})", short_path(target.path), counts);
}

}  // namespace

void pipe_readers(const Context& look, const NodeKey& subject, Waits& out) {
    const Pipe* pipe = look.facts.pipe(subject.inode, subject.device);
    const bool fifo = (pipe && !pipe->path.empty()) || subject.name.starts_with('/');
    OpenFileRoleInfo role;
    const Stream stream = stream_of(look, subject.inode, subject.device);
    role.role = stream.role;
    role.container = stream.container;
    role.exec_id = stream.exec_id;
    readers(look, subject, look.facts.holders(subject.inode, subject.device), role, fifo, out);
}

namespace {

/// It waits for output at the master, that has none, while the slave's writers have no room: what is between them is stopped. That it
/// stands still tells it from a reader that is about to.
bool reads_master(const Context& look, const Process& process, const OpenFile& slave) {
    const auto is_master = [&](Fd fd) {
        const OpenFile* target = look.facts.target(process, fd);
        return target && target->kind == OpenFileKind::pty && target->count == slave.count && target->path.ends_with("ptmx");
    };
    if (cannot_run(look.facts, process) || look.facts.standstill(process) == Standstill::moved) return false;
    const bool by_goroutine = process.go && std::ranges::any_of(process.go->goroutines, [&](const Goroutine& goroutine) {
                                  return goroutine.wait.kind == GoWaitKind::fd_read && !goroutine.changed && is_master(goroutine.wait.fd);
                              });
    return by_goroutine || std::ranges::any_of(process.threads, [&](const Thread& thread) {
               const auto call = waiting_call(look.facts, process, thread);
               if (!call || thread.state != ProcessState::sleeping || call->ring.value >= 0) return false;
               if (call->kind == WaitKind::reads) return is_master(call->fd);
               if (call->kind != WaitKind::polls || process.go) return false;
               const OpenFile* set = call->fd.value >= 0 ? look.facts.target(process, call->fd) : nullptr;
               if (!set) return std::ranges::any_of(thread.polled, is_master);
               return std::ranges::any_of(set->interest,
                                          [&](const InterestEntry& one) { return (one.events & EPOLLIN) != 0 && is_master(one.fd); });
           });
}

}  // namespace

void console_master(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    if (!process) return;
    std::set<Pid> seen;
    for (const FdEntry& entry : process->fds) {
        if (entry.target.kind != OpenFileKind::pty || entry.target.inode != subject.inode) continue;
        for (const Holder& master : entry.target.holders) {
            const Process* holder = look.facts.process(master.pid);
            if (!seen.insert(master.pid).second || master.pid == process->pid) continue;
            const bool is_shim = holder && holder->role.role == ProcessRole::shim;
            const bool flow_stopped = holder && !is_shim && reads_master(look, *holder, entry.target);
            if (holder && is_program_of(*holder, look.scope.ref) && !is_stopped(*holder) && !flow_stopped) continue;
            Wait wait{.kind = WaitKind::copied_by,
                      .to = NodeKey::of(master.pid),
                      .evidence = fmt::format("{} has the console's master", who(look.facts, master.pid)),
                      .role = {.role = OpenFileRole::console, .container = process->role.container, .exec_id = process->role.exec_id},
                      .object_text = label(look.facts, subject)};
            if (is_shim) {
                wait.to.inode = subject.inode;
                wait.to.device = subject.device;
                wait.to.name = "console";
            } else if (flow_stopped) {
                wait.evidence += ", and waits there for output: that is stopped";
                wait.root_cause = RootCause::flow_stopped;
            } else {
                wait.if_idle = RootCause::slow_reader;
            }
            if (!is_shim) wait.confidence = seen_twice(look);
            out.push_back(std::move(wait));
        }
    }
}

namespace {

/// The shim waits for output of a terminal that gives no room to whoever writes: that is stopped, by whoever is at the other end of its
/// fifo.
void stopped_console(const Context& look, const Process& shim, const std::vector<Outlet>& outs, const OpenFileRoleInfo& role, Waits& out) {
    // The same goroutine reads for a moment after each line: that the writer has not moved either is told on the way here.
    Wait wait{.kind = WaitKind::copied_by,
              .to = NodeKey::nobody("whoever types there"),
              .evidence = fmt::format("{} waits for output of the console: that is stopped", who(shim)),
              .root_cause = RootCause::flow_stopped,
              .confidence = seen_twice(look),
              .role = role,
              .object_text = "the console"};
    for (const Outlet& outlet : outs)
        for (const Holder& end : look.facts.holders(*outlet.target))
            if (const Process* client = end.reads && end.pid != shim.pid ? look.facts.process(end.pid) : nullptr) {
                wait.to = NodeKey::of(client->pid);
                return out.push_back(std::move(wait));
            }
    out.push_back(std::move(wait));
}

/// Goroutines are read after descriptors, and before what threads do: in between a container may have been started, whose copier is then
/// the only one who is missing. Who has written for longer, or stands still, had one, if any.
bool has_settled(const Context& look, const NodeKey& stream) {
    constexpr double settled_s = 10;
    const auto& ends = look.facts.holders(stream.inode, stream.device);
    return std::ranges::any_of(ends, [&](const Holder& end) {
        const Process* writer = end.writes && end.pid != stream.pid ? look.facts.process(end.pid) : nullptr;
        return writer &&
               (look.facts.age_s(*writer).value_or(settled_s) >= settled_s || look.facts.standstill(*writer) == Standstill::still);
    });
}

}  // namespace

void copier(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* shim = look.facts.process(subject.pid);
    if (!shim || !subject.inode || is_forwarder(*shim)) return;
    const bool console = subject.name == "console";
    Stream stream = stream_of(look, subject.inode, subject.device);
    if (console) stream.role = OpenFileRole::console;
    const auto in = inlet(look, *shim, subject.inode, console);
    const auto outs = outlets(look, *shim, stream);
    const Copier copier = copier_of(*shim, in, stream, outs);
    const OpenFileRoleInfo role{.role = stream.role, .container = stream.container, .exec_id = stream.exec_id};
    bool leads_on = false;

    // A copier caught in the act: what it waits for, it waits for.
    for (const Goroutine* goroutine : copier.writing) {
        out.push_back({.kind = WaitKind::belongs_to, .to = NodeKey::of(shim->pid, goroutine->id), .role = role});
        leads_on |= goroutine->wait.kind == GoWaitKind::fd_write;
    }
    if (console && !leads_on && !copier.busy && copier.reading) return stopped_console(look, *shim, outs, role, out);
    if (leads_on || copier.busy || copier.reading) return;
    // Who reads the goroutines knows whether one is left; who does not believes in the fifo that is full.
    for (const Outlet& outlet : outs) {
        if (copier.gone() && in) break;
        const Pipe* pipe = look.facts.pipe(outlet.target->inode, outlet.target->device);
        if (outlet.target->kind != OpenFileKind::fifo || (pipe && pipe->queued && !is_full(pipe))) continue;
        leads_on = true;
        out.push_back({.kind = WaitKind::writes,
                       .to = pipe_subject(*outlet.target),
                       .evidence = fmt::format("{} copies {} into {}", who(*shim), stream.words(), outlet_text(look, *outlet.target)),
                       .role = role,
                       .object_text = outlet_text(look, *outlet.target)});
    }
    if (leads_on) return;
    if (is_halted(shim->state)) return;  // it moves nothing because it is stopped
    // The pipe is full, the way out is free, and nothing takes the bytes across.
    Wait wait{.kind = WaitKind::copied_by,
              .to = NodeKey::of(shim->pid),
              .evidence = copier.gone() ? fmt::format("no goroutine of {} reads descriptor {}, the read end of {}", who(*shim),
                                                      in ? in->value : -1, stream.words())
                                        : fmt::format("{} has the read end of {} and moves nothing, though its way out is free", who(*shim),
                                                      stream.words()),
              .root_cause = RootCause::copier_gone,
              .role = role,
              .object_text = stream.words()};
    const bool known = stream.role != OpenFileRole::none;  // else another stream's copier may be its
    wait.confidence = copier.gone() && in && known && has_settled(look, subject) ? Confidence::certain
                      : look.facts.interval_s() >= patience_s                    ? Confidence::likely
                                                                                 : Confidence::possible;
    out.push_back(std::move(wait));
}

namespace {

/// A thread's own call tells that it waits there.
bool writes_there(const Context& look, const Process& process, const OpenFile& pipe) {
    return std::ranges::any_of(process.threads, [&](const Thread& thread) {
        const auto call = waiting_call(look.facts, process, thread);
        const OpenFile* target = call && call->kind == WaitKind::writes ? look.facts.target(process, call->fd) : nullptr;
        return target && target->inode == pipe.inode && target->device == pipe.device;
    });
}

}  // namespace

void full_stream(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* process = look.facts.process(subject.pid);
    const Process* shim = look.facts.process(look.scope.shim);
    if (!process || !shim || subject.inode || !is_program_of(*process, look.scope.ref)) return;
    for (const FdEntry& entry : process->fds) {
        if ((entry.fd.value != 1 && entry.fd.value != 2) || entry.target.kind != OpenFileKind::pipe) continue;
        if (!is_full(look.facts.pipe(entry.target.inode, entry.target.device)) || writes_there(look, *process, entry.target)) continue;
        const Stream stream = stream_of(look, entry.target.inode, entry.target.device);
        const auto in = inlet(look, *shim, entry.target.inode, false);
        const auto outs = outlets(look, *shim, stream);
        const bool stuck = std::ranges::any_of(
            outs, [&](const Outlet& outlet) { return is_full(look.facts.pipe(outlet.target->inode, outlet.target->device)); });
        const bool waits = std::ranges::any_of(copier_of(*shim, in, stream, outs).writing, [](const Goroutine* goroutine) {
            return goroutine->wait.kind == GoWaitKind::fd_write && !goroutine->changed;
        });
        if (!in || !stuck || !waits) continue;
        Wait wait{.kind = WaitKind::writes,
                  .to = pipe_subject(entry.target),
                  .evidence = fmt::format("{} has {} as descriptor {}, and it takes no more", who(*process),
                                          outlet_text(look, entry.target), entry.fd.value),
                  .role = {.role = stream.role, .container = stream.container, .exec_id = stream.exec_id}};
        wait.object_text = label(look.facts, wait.to);
        // All may be full at a moment, and flow: a shim that copies does not stand still.
        settle(wait, look.facts.standstill(*shim), look.facts.interval_s(), patience_s);
        out.push_back(std::move(wait));
    }
}

void stdio_held_open(const Context& look, const NodeKey& subject, Waits& out) {
    const Process* shim = look.facts.process(subject.pid);
    if (!shim || shim->role.role != ProcessRole::shim || subject.inode) return;
    // A container that is being torn down lets go of its streams when that is over.
    const Process* init_process = look.facts.process(look.scope.init);
    const Thread* init_thread = init_process ? main_thread(*init_process) : nullptr;
    if (init_thread && stack_has(*init_thread, "zap_pid_ns_processes")) return;
    std::set<Inode> seen;
    for (const FdEntry& entry : shim->fds) {
        constexpr std::uint32_t access_mode = 3, write_only = 1;
        if (entry.target.kind != OpenFileKind::pipe || (entry.target.flags & access_mode) == write_only ||
            !seen.insert(entry.target.inode).second)
            continue;
        std::vector<const Process*> holders;
        bool owner_lives = false;
        for (const Holder& holder : look.facts.holders(entry.target)) {
            const Process* process = look.facts.process(holder.pid);
            if (!holder.writes || holder.pid == shim->pid || !process || is_zombie(*process)) continue;
            holders.push_back(process);
            // A container's init and an exec'd process are the shim's own children; what they leave behind becomes
            // init's child, for a pid namespace's orphans go to its init (linux/kernel/exit.c, find_new_reaper).
            owner_lives |= process->parent == shim->pid || is_runtime(*process) || process->role.role == ProcessRole::container_init;
        }
        if (holders.empty() || owner_lives) continue;
        const Stream stream = stream_of(look, entry.target.inode, entry.target.device);
        if (stream.container && look.scope.ref && stream.container != look.scope.ref) continue;
        // No container has left a shim behind: what shims share, that is nobody's output, they were started with.
        if (stream.role == OpenFileRole::none)
            std::erase_if(holders, [](const Process* holder) { return holder->role.role == ProcessRole::shim; });
        if (holders.empty()) continue;
        // An exec'd process that lives, and whose children have its stdout though it has closed its own, is no hang.
        const auto& own = look.scope.processes;
        const bool under_living_exec = std::ranges::any_of(holders, [&](const Process* holder) {
            return std::ranges::any_of(own, [&](Pid pid) {
                const Process* exec = look.facts.process(pid);
                return exec && exec->parent == shim->pid && exec->role.role != ProcessRole::container_init && !is_zombie(*exec) &&
                       exec->pid != holder->pid && look.facts.descends_from(holder->pid, pid);
            });
        });
        if (under_living_exec) continue;
        // Init's own stream, closed by init and left to its children, ends with init.
        if (stream.exec_id.empty() && look.scope.init && stream.role != OpenFileRole::none) {
            const Process* init = look.facts.process(look.scope.init);
            const bool first = std::ranges::any_of(look.scope.files ? look.scope.files->execs : std::vector<ExecPidFile>{},
                                                   [&](const ExecPidFile& exec) { return !look.facts.process(exec.pid); });
            if (init && !is_zombie(*init) && !first) {
                const bool a_fifo_of_an_exec =
                    std::ranges::any_of(shim->fds, [](const FdEntry& fd) { return !fd.target.role->exec_id.empty(); });
                if (!a_fifo_of_an_exec) continue;
            }
        }
        for (const Process* holder : holders) {
            Wait wait{.kind = WaitKind::held_open_by,
                      .to = NodeKey::of(holder->pid),
                      .evidence = fmt::format("{} still has {} open for writing (pipe:[{}]), the process it was made for has exited",
                                              who(*holder), stream.words(), entry.target.inode.value),
                      .root_cause = RootCause::holds_open,
                      .role = {.role = stream.role, .container = stream.container, .exec_id = stream.exec_id},
                      .object_text = fmt::format("the end of {}", stream.words())};
            wait.confidence = look.facts.interval_s() > 0 ? Confidence::likely : Confidence::possible;
            out.push_back(std::move(wait));
        }
    }
}

}  // namespace shimtrace::diagnosis::produce
