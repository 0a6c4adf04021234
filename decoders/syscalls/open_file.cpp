// A descriptor with what stands behind it: strace's -y and -yy, and with roles what only shimtrace knows.
#include "decoders/constants/errors.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/quote.hpp"
#include "decoders/text/container_name.hpp"

namespace shimtrace::decoders {

namespace {

struct RoleName {
    OpenFileRole role;
    std::string_view name;
    bool names_container;  ///< "stdout of ns/id"; false: "containerd.sock"
};
constexpr RoleName role_names[] = {
    {OpenFileRole::stdin_stream, "stdin", true},
    {OpenFileRole::stdout_stream, "stdout", true},
    {OpenFileRole::stderr_stream, "stderr", true},
    {OpenFileRole::shim_ttrpc, "shim's ttrpc socket", true},
    {OpenFileRole::containerd_grpc, "containerd.sock", false},
    {OpenFileRole::containerd_ttrpc, "containerd.sock.ttrpc", false},
    {OpenFileRole::log_fifo, "shim log", true},
    {OpenFileRole::runtime_log, "runtime log", true},
    {OpenFileRole::exec_fifo, "exec.fifo", true},
    {OpenFileRole::runtime_sync, "runc's sync", true},
    {OpenFileRole::console_socket, "console socket", true},
    {OpenFileRole::console, "console", true},
    {OpenFileRole::pid_file, "pid file", true},
    {OpenFileRole::state_file, "state", true},
    {OpenFileRole::bundle_config, "config", true},
    {OpenFileRole::dbus, "D-Bus", false},
    {OpenFileRole::plugin_grpc, "plugin's gRPC socket", false},
    {OpenFileRole::nri, "NRI", false},
};

/// Names and paths come from the tracee: nothing of them may act on a terminal, or pass for the closing bracket.
void append_escaped(std::string& out, std::string_view text) {
    decoders::append_escaped(out, text, "<>");
}

void append_number(std::string& out, std::uint64_t value) {
    out.append(std::to_string(value));
}

/// The path as strace shows it: "(deleted)" stands behind the ">".
struct LinkText {
    std::string_view path;
    bool deleted;
};
LinkText link_text(const OpenFile& target) {
    constexpr std::string_view mark = " (deleted)";
    const bool deleted = target.path.starts_with('/') && target.path.ends_with(mark) && !target.called_deleted;
    return {std::string_view(target.path).substr(0, target.path.size() - (deleted ? mark.size() : 0)), deleted};
}

void append_socket(std::string& out, const SocketFacts& socket) {
    append_escaped(out, socket.protocol);
    out.append(":[");
    const bool is_unix = socket.protocol.starts_with("UNIX");
    if (is_unix) {
        append_number(out, socket.inode.value);
        if (socket.peer_inode) {
            out.append("->");
            append_number(out, socket.peer_inode.value);
        }
        if (!socket.local.empty()) {
            out.append(socket.local.starts_with('@') ? ",@\"" : ",\"");
            append_escaped(out, socket.local.starts_with('@') ? std::string_view(socket.local).substr(1) : socket.local);
            out.push_back('"');
        }
    } else if (socket.protocol.starts_with("NETLINK")) {
        if (socket.netlink_port == 0) return out.append(std::to_string(socket.inode.value)).push_back(']');  // before bind
        if (!socket.netlink_family.empty()) {
            append_escaped(out, socket.netlink_family);
            out.push_back(':');
        }
        append_number(out, socket.netlink_port);
    } else if (!socket.local.empty() && !(socket.remote.empty() && socket.local.ends_with(":0"))) {  // before bind: it has no address
        append_escaped(out, socket.local);
        if (!socket.remote.empty()) {
            out.append("->");
            append_escaped(out, socket.remote);
        }
    } else {
        append_number(out, socket.inode.value);
    }
    out.push_back(']');
}

/// What strace -y or -yy shows between the angle brackets.
void append_object(std::string& out, const OpenFile& target, const RenderStyle& style) {
    const bool all = style.fds == FdDecoding::all;
    const std::uint8_t details = all ? style.fd_details : std::uint8_t{fd_detail_path};
    if ((details & fd_detail_socket) && target.socket) return append_socket(out, *target.socket);
    if ((details & fd_detail_pidfd) && target.kind == OpenFileKind::pidfd && target.pidfd_pid) {
        out.append("pid:");
        append_number(out, static_cast<std::uint64_t>(target.pidfd_pid.value));
        return;
    }
    if (all && style.roles && target.kind == OpenFileKind::signalfd) {
        out.append("signalfd:[");
        bool first = true;
        for (int signal = 1; signal <= 64; ++signal) {
            if (!(target.signal_mask >> (signal - 1) & 1)) continue;
            if (!first) out.push_back(' ');
            first = false;
            out.append(signal_constant(signal).substr(3));
        }
        out.push_back(']');
        return;
    }
    const bool device =
        target.kind == OpenFileKind::char_device || target.kind == OpenFileKind::pty || target.kind == OpenFileKind::block_device;
    const bool numbers = (details & fd_detail_device) && device && target.rdev != 0;
    if (numbers || (details & fd_detail_path)) append_escaped(out, link_text(target).path);
    if (numbers) {
        out.append(target.kind == OpenFileKind::block_device ? "<block " : "<char ");
        append_number(out, (target.rdev >> 8 & 0xfff) | (target.rdev >> 32 & 0xfffff000));
        out.push_back(':');
        append_number(out, (target.rdev & 0xff) | (target.rdev >> 12 & 0xffffff00));
        out.push_back('>');
    }
}

std::string role_text(const OpenFileRoleInfo& info) {
    std::string said;
    if (info.role == OpenFileRole::none) return said;
    for (const RoleName& row : role_names) {
        if (row.role != info.role) continue;
        append_escaped(said, row.name);
        if (!row.names_container || !info.container) break;
        said.append(" of ");
        if (!info.exec_id.empty()) {
            said.append("exec ");
            append_escaped(said, info.exec_id);
            said.append(" in ");
        }
        append_escaped(said, text::container_words(info.container));
    }
    return said;
}

void append_holder(std::string& out, const Holder& holder) {
    append_escaped(out, holder.comm);
    out.push_back('[');
    append_number(out, static_cast<std::uint64_t>(holder.pid.value));
    out.push_back(']');
    out.append(words(holder.state).remark);
}

/// "read by ctr[5205] (stopped) and 2 others"
template <typename Choose>
bool append_holders(std::string& out, std::string_view verb, const OpenFile& target, Choose choose) {
    constexpr std::size_t most = 3;
    std::vector<const Holder*> chosen;
    for (const Holder& holder : target.holders) {
        if (!choose(holder)) continue;
        bool seen = false;
        for (const Holder* other : chosen) seen = seen || other->pid == holder.pid;
        if (!seen) chosen.push_back(&holder);
    }
    if (chosen.empty()) return false;
    if (!out.empty()) out.append(", ");
    out.append(verb);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (i == most) {
            out.append(" and ");
            append_number(out, chosen.size() - most);
            out.append(" more");
            break;
        }
        out.append(i == 0 ? " " : ", ");
        append_holder(out, *chosen[i]);
    }
    return true;
}

/// Who is at the other end: the holders but the process whose descriptor this is.
void append_other_end(std::string& out, const OpenFile& target, Pid self) {
    constexpr std::uint32_t access = 3, read_only = 0, write_only = 1, path_only = 010000000;
    if (target.flags & path_only) return;  // O_PATH: neither end
    const auto other = [self](const Holder& holder) { return holder.pid != self; };
    switch (target.kind) {
        case OpenFileKind::pipe:
        case OpenFileKind::fifo: {
            if (target.holders.empty()) return;
            // A descriptor open for both ends (containerd's fifos are) shows whom the bytes could go to.
            const bool writes = (target.flags & access) != read_only, reads = (target.flags & access) != write_only;
            if (writes && !append_holders(out, "read by", target, [&](const Holder& h) { return h.reads && other(h); }) && !reads)
                out.append(out.empty() ? "nobody reads" : ", nobody reads");
            if (reads && !append_holders(out, "written by", target, [&](const Holder& h) { return h.writes && other(h); }) && !writes)
                out.append(out.empty() ? "nobody writes" : ", nobody writes");
            return;
        }
        case OpenFileKind::unix_socket:
        case OpenFileKind::inet_socket:
            append_holders(out, "peer", target, [](const Holder&) { return true; });
            return;
        case OpenFileKind::pty:
            append_holders(out, "other side", target, other);
            return;
        default:
            return;
    }
}

void append_list(std::string& out, std::string_view text) {
    if (!out.empty()) out.append(", ");
    out.append(text);
}

const OpenFile* find_target(Fd fd, OpenFileId target, const RenderScope& scope) {
    return fd.value >= 0 && scope.targets ? scope.targets->find(target) : nullptr;
}

void append_interest(std::string& out, const InterestEntry& entry, const RenderStyle& style, const RenderScope& scope, Pid self) {
    append_number(out, static_cast<std::uint64_t>(entry.fd.value));
    const OpenFile* target = find_target(entry.fd, entry.target, scope);
    out.push_back('<');
    // A role says more than a path, and a set has many rows: one of them is enough.
    std::string remarks = target ? role_text(target->role) : std::string();
    if (remarks.empty()) {
        target ? append_object(out, *target, style) : append_escaped(out, entry.path);
        if (target) append_other_end(remarks, *target, self);
        if (!remarks.empty()) out.push_back(' ');
    } else {
        append_other_end(remarks, *target, self);
    }
    out.append(remarks).push_back('>');
}

/// Counts, masks and sets that fdinfo tells.
void append_facts(std::string& out, const OpenFile& target, OpenFileId id, const RenderStyle& style, const RenderScope& scope, Pid self) {
    const FdDecoding decoding = style.fds;
    switch (target.kind) {
        case OpenFileKind::eventfd:
            append_list(out, "count ");
            append_number(out, target.count);
            return;
        case OpenFileKind::pidfd:
            if (decoding == FdDecoding::all) return;
            append_list(out, target.pidfd_pid ? "process " : "process gone");
            if (target.pidfd_pid) append_number(out, static_cast<std::uint64_t>(target.pidfd_pid.value));
            return;
        case OpenFileKind::timerfd: {
            if (target.timer_value.count() <= 0) return append_list(out, "disarmed");
            append_list(out, "expires in ");
            std::string seconds = std::to_string(target.timer_value.count() / 1'000'000'000) + '.';
            const std::string milliseconds = std::to_string(target.timer_value.count() / 1'000'000 % 1000);
            out.append(seconds).append(3 - std::min<std::size_t>(3, milliseconds.size()), '0').append(milliseconds).append(" s");
            return;
        }
        case OpenFileKind::eventpoll: {
            constexpr std::size_t most = 16;
            append_list(out, target.interest.empty() ? "waits for nothing" : "waits for ");
            if (target.interest.size() > 1 && scope.told_set && scope.told_set(id)) {
                out.append("the same ").append(std::to_string(target.interest.size()));
                return;
            }
            const std::size_t shown = std::min(most, target.interest.size());
            for (std::size_t i = 0; i < shown; ++i) {
                if (i != 0) out.append(", ");
                append_interest(out, target.interest[i], style, scope, self);
            }
            if (shown < target.interest.size()) out.append(" and ").append(std::to_string(target.interest.size() - shown)).append(" more");
            return;
        }
        default:
            return;
    }
}

void append_target(std::string& out, const OpenFile& target, OpenFileId id, const RenderStyle& style, const RenderScope& scope, Pid self) {
    const std::size_t before = out.size();
    out.push_back('<');
    const std::size_t start = out.size();
    append_object(out, target, style);
    if (out.size() == start && !style.roles) return out.resize(before);
    if (style.roles) {
        // "pipe:[8191] stdout of ns/id", but "/run/…/id-stdout: stdout of ns/id".
        const bool is_path = out.size() > start && out[start] == '/';
        std::string remarks = role_text(target.role);
        append_other_end(remarks, target, self);
        append_facts(remarks, target, id, style, scope, self);
        if (!remarks.empty()) out.append(is_path ? ": " : " ").append(remarks);
    }
    out.push_back('>');
    if (link_text(target).deleted && !(style.fds == FdDecoding::all && target.socket)) out.append("(deleted)");
}

}  // namespace

void Printer::fd(std::int32_t fd) {
    decimal(fd);
    if (style_.fds != FdDecoding::none || style_.roles) target(Fd{fd});
}

void Printer::returned_fd() {
    const Fd fd{static_cast<std::int32_t>(call_.result())};
    decimal(fd.value);
    if (style_.fds == FdDecoding::none && !style_.roles) return;
    for (const FdUse& use : call_.exit()->fds)
        if (use.fd == fd)
            if (const OpenFile* found = find_target(use.fd, use.target, scope_))
                return append_target(*out_, *found, use.target, style_, scope_, call_.enter().pid);
    target(fd);
}

void Printer::target(Fd fd) {
    // What it led to when the call was made; what a call returned, or received, was nothing then.
    for (const Event* event : {&call_.enter(), call_.exit()}) {
        if (!event) continue;
        const auto use = std::ranges::find(event->fds, fd, &FdUse::fd);
        if (use == event->fds.end()) continue;
        if (const OpenFile* found = find_target(use->fd, use->target, scope_))
            append_target(*out_, *found, use->target, style_, scope_, call_.enter().pid);
        return;
    }
}

void Printer::interest(const InterestEntry& entry) {
    append_interest(*out_, entry, style_, scope_, call_.enter().pid);
}

void Printer::directory_fd(std::int32_t fd) {
    constexpr std::int32_t current_directory = -100;
    if (fd != current_directory) return this->fd(fd);
    if (style_.constants != Constants::abbrev) decimal(fd);
    if (style_.constants == Constants::verbose) comment("AT_FDCWD");
    if (style_.constants == Constants::abbrev) text("AT_FDCWD");
    if (style_.fds == FdDecoding::none) return;
    for (const FdUse& use : call_.enter().fds)
        if (use.fd.value == current_directory)
            if (const OpenFile* found = scope_.targets ? scope_.targets->find(use.target) : nullptr)
                append_target(*out_, *found, use.target, style_, scope_, call_.enter().pid);
}

/// Whom the number means: the caller may live in a pid namespace of its own.
const TaskInfo* Printer::named_by_caller(std::int32_t pid) const {
    if (!scope_.task) return nullptr;
    const TaskInfo* caller = scope_.task(call_.enter().tid);
    if (!caller || caller->ns_tids.size() <= 1) return scope_.task(Tid{pid});
    return scope_.task_within ? scope_.task_within(caller->pid_namespace, pid) : nullptr;
}

void Printer::pid(std::int32_t pid) {
    decimal(pid);
    if (pid <= 0 || !(style_.pid_comms || style_.pid_namespaces)) return;
    const TaskInfo* task = named_by_caller(pid);
    if (!task) return;
    if (style_.pid_comms && !task->comm.empty()) {
        put('<');
        append_escaped(*out_, task->comm);
        put('>');
    }
    if (style_.pid_namespaces && task->tid.value != pid) {
        text(" /* ");
        decimal(task->tid.value);
        text(" in strace's PID NS */");
    }
}

std::string render_fd(Fd fd, OpenFileId target, const RenderStyle& style, const RenderScope& scope) {
    std::string text = std::to_string(fd.value);
    if (const OpenFile* found = find_target(fd, target, scope)) append_target(text, *found, target, style, scope, Pid{});
    return text;
}

}  // namespace shimtrace::decoders
