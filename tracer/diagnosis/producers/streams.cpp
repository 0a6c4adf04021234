#include "tracer/diagnosis/producers/streams.hpp"

#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

bool is_output(OpenFileRole role) {
    return role == OpenFileRole::stdout_stream || role == OpenFileRole::stderr_stream;
}

/// "…/fifo/123/c1-stdout" → "c1" and stdout. containerd names its fifos so (cio.NewFIFOSetInDir, CRI's the same).
std::optional<std::pair<std::string, OpenFileRole>> named_stream(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    for (const auto& [suffix, role] : {std::pair{std::string_view("-stdout"), OpenFileRole::stdout_stream},
                                       std::pair{std::string_view("-stderr"), OpenFileRole::stderr_stream}})
        if (name.ends_with(suffix)) return std::pair{std::string(name.substr(0, name.size() - suffix.size())), role};
    return std::nullopt;
}

bool carries(const OpenFile& target, const Stream& stream) {
    const auto by_role = [&] {
        if (target.role->role != stream.role && !(stream.role == OpenFileRole::console && target.role->role == OpenFileRole::stdout_stream))
            return false;
        const bool same_container = !stream.container || !target.role->container || target.role->container == stream.container;
        return same_container && target.role->exec_id == stream.exec_id;
    };
    if (is_output(target.role->role)) return by_role();
    if (target.kind != OpenFileKind::fifo) return false;
    const auto named = named_stream(target.path);
    const OpenFileRole wanted = stream.role == OpenFileRole::console ? OpenFileRole::stdout_stream : stream.role;
    return named && named->second == wanted && named->first == (stream.exec_id.empty() ? stream.container.id : stream.exec_id);
}

}  // namespace

std::string Stream::words() const {
    const std::string_view name = stream_word(role);
    if (!container) return std::string(name.empty() ? "a stream" : name);
    return fmt::format("{} of {}{}{}", name.empty() ? "a stream" : name, printable(container.id, 64), exec_id.empty() ? "" : " exec ",
                       printable(exec_id, 64));
}

namespace {

/// The shim's copier of that stream, which reads `in`, is caught writing.
bool copier_writes(const Context& look, const Process& shim, std::optional<Fd> in, const Stream& stream) {
    return !copier_of(shim, in, stream, outlets(look, shim, stream)).writing.empty();
}

/// A daemon may have its stdout under another number than 1 (`5>&1 >/dev/null`), and then nothing tells which stream a pipe is, but a
/// copier that is caught writing while nobody has that stream's pipe under its own number.
void find_by_copier(const Context& look, Inode inode, Stream& stream) {
    const Process* shim = look.facts.process(look.scope.shim);
    const auto in = shim ? inlet(look, *shim, inode, false) : std::nullopt;
    if (!in) return;
    std::vector<Stream> writing;
    for (const FdEntry& entry : shim->fds) {
        const OpenFileRoleInfo& role = entry.target.role;
        const Stream candidate{role.role, role.container ? role.container : stream.container, role.exec_id};
        if (!is_output(role.role) || (stream.container && candidate.container != stream.container)) continue;
        const bool known = std::ranges::any_of(
            writing, [&](const Stream& other) { return other.role == candidate.role && other.exec_id == candidate.exec_id; });
        if (!known && copier_writes(look, *shim, in, candidate)) writing.push_back(candidate);
    }
    if (writing.size() == 1) stream = writing.front();
}

/// A program whose stdout and stderr are one pipe does not tell which of the two it is: `2>&1`, or `>&2`. A copier caught writing does.
void tell_by_copier(const Context& look, Inode inode, Stream& stream) {
    const Process* shim = look.facts.process(look.scope.shim);
    if (!shim) return;
    const std::optional<Fd> in = inlet(look, *shim, inode, false);
    Stream other = stream;
    other.role = stream.role == OpenFileRole::stdout_stream ? OpenFileRole::stderr_stream : OpenFileRole::stdout_stream;
    if (!copier_writes(look, *shim, in, stream) && copier_writes(look, *shim, in, other)) stream = other;
}

}  // namespace

Stream stream_of(const Context& look, Inode inode, std::uint64_t device) {
    Stream stream;
    Stream by_number;
    bool told_apart = false;  // somebody has it as one of the two alone
    for (const Process& process : look.facts.snapshot().processes) {
        bool outputs[3] = {};
        for (const FdEntry& entry : process.fds) {
            if (entry.target.inode != inode || (device != 0 && entry.target.device != 0 && entry.target.device != device)) continue;
            const OpenFileRoleInfo& role = entry.target.role;
            if (is_output(role.role) || role.role == OpenFileRole::console) {
                if (stream.role == OpenFileRole::none) stream = {role.role, role.container, role.exec_id};
                if (!stream.container) stream.container = role.container;
                if (stream.exec_id.empty()) stream.exec_id = role.exec_id;
            }
            if (!is_container_role(process.role.role) || (entry.fd.value != 1 && entry.fd.value != 2)) continue;
            outputs[entry.fd.value] = true;
            if (by_number.role == OpenFileRole::none)
                by_number = {entry.target.kind == OpenFileKind::pty ? OpenFileRole::console
                             : entry.fd.value == 1                  ? OpenFileRole::stdout_stream
                                                                    : OpenFileRole::stderr_stream,
                             process.role.container, process.role.exec_id};
        }
        told_apart |= outputs[1] != outputs[2];
    }
    if (stream.role == OpenFileRole::none) stream = by_number;
    if (!stream.container) stream.container = by_number.container ? by_number.container : look.scope.ref;
    if (stream.role == OpenFileRole::none) find_by_copier(look, inode, stream);
    if (is_output(stream.role) && !told_apart) tell_by_copier(look, inode, stream);
    return stream;
}

std::vector<Outlet> outlets(const Context&, const Process& shim, const Stream& stream) {
    std::vector<Outlet> found;
    for (const FdEntry& entry : shim.fds) {
        if (entry.target.kind == OpenFileKind::pipe || entry.target.kind == OpenFileKind::pty) continue;
        if (!carries(entry.target, stream)) continue;
        const bool known = std::ranges::any_of(found, [&](const Outlet& outlet) {
            return outlet.target->inode == entry.target.inode && outlet.target->device == entry.target.device;
        });
        if (!known) found.push_back({entry.fd, &entry.target});
    }
    return found;
}

std::optional<Fd> inlet(const Context& look, const Process& shim, Inode inode, bool console) {
    constexpr std::uint32_t access_mode = 3, write_only = 1;
    for (const FdEntry& entry : shim.fds) {
        if (!console && entry.target.inode == inode && entry.target.kind == OpenFileKind::pipe &&
            (entry.target.flags & access_mode) != write_only)
            return entry.fd;
        if (console && entry.target.kind == OpenFileKind::pty && entry.target.path.ends_with("ptmx")) {
            const auto slaves = look.facts.holders(entry.target);
            const bool ours = slaves.empty() || std::ranges::any_of(slaves, [&](const Holder& holder) {
                                  return std::ranges::find(look.scope.processes, holder.pid) != look.scope.processes.end();
                              });
            if (ours) return entry.fd;
        }
    }
    return std::nullopt;
}

Copier copier_of(const Process& shim, std::optional<Fd> inlet, const Stream& stream, const std::vector<Outlet>& outlets) {
    Copier copier;
    if (!shim.go || shim.go->goroutines.empty()) return copier;
    copier.known = shim.go->incomplete.empty();
    const std::string_view word = stream.role == OpenFileRole::console ? std::string_view("stdout") : stream_word(stream.role);
    for (const Goroutine& goroutine : shim.go->goroutines) {
        const GoWait& wait = goroutine.wait;
        if (wait.kind == GoWaitKind::fd_read && inlet && wait.fd == *inlet) copier.reading = true;
        const bool copies = goroutine.purpose.what.find("copier") != std::string::npos || has_frame(goroutine, "io.copyBuffer");
        if (!copies) continue;
        const bool to_outlet = std::ranges::any_of(outlets, [&](const Outlet& outlet) {
            return wait.fd == outlet.fd || (!wait.fd_path.empty() && wait.fd_path == outlet.target->path);
        });
        const bool same_stream = goroutine.purpose.detail.empty() || goroutine.purpose.detail.find(word) != std::string::npos;
        const bool same_owner = goroutine.purpose.container->id.empty() || goroutine.purpose.container->id == stream.container.id;
        if (wait.kind == GoWaitKind::fd_write && to_outlet) copier.writing.push_back(&goroutine);
        // A console's copier waits on a condition that the console's own epoll loop signals (containerd/console).
        if (stream.role == OpenFileRole::console && has_frame(goroutine, "EpollConsole).Read")) copier.reading = true;
        const bool polls = wait.kind == GoWaitKind::fd_read || wait.kind == GoWaitKind::fd_write;
        copier.unclear |= (polls && wait.fd.value < 0) || (!polls && goroutine.wait_reason == "IO wait");
        const bool on_a_thread = goroutine.state == GoState::running || goroutine.state == GoState::runnable ||
                                 goroutine.state == GoState::syscall || goroutine.state == GoState::copystack || goroutine.changed;
        if (on_a_thread && same_stream && same_owner) {
            copier.busy = true;
            if (goroutine.state == GoState::syscall) copier.writing.push_back(&goroutine);
        }
    }
    return copier;
}

}  // namespace shimtrace::diagnosis
