#include "tracer/procfs/proc_text.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>

namespace shimtrace::host {
namespace {

/// The next piece of `rest` up to `separator`, which is taken off with it.
std::string_view take(std::string_view& rest, char separator) {
    const std::size_t end = rest.find(separator);
    const std::string_view piece = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return piece;
}

std::string_view trim(std::string_view text) {
    // By hand, as in word().
    const auto is_blank = [](char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// The next word; any run of blanks separates.
std::string_view word(std::string_view& rest) {
    // By hand: lines of thousands of mounts and threads go through here, and find_first_of looks each byte up by a call.
    const auto is_blank = [](char byte) { return byte == ' ' || byte == '\t' || byte == '\n'; };
    const char *at = rest.data(), *const end = at + rest.size();
    while (at != end && is_blank(*at)) ++at;
    const char* const start = at;
    while (at != end && !is_blank(*at)) ++at;
    rest.remove_prefix(static_cast<std::size_t>(at - rest.data()));
    return {start, static_cast<std::size_t>(at - start)};
}

template <typename Number>
Number number(std::string_view text, int base = 10) {
    if (base == 16 && text.starts_with("0x")) text.remove_prefix(2);
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

/// mountinfo and others write blanks, newlines and backslashes as \NNN in octal (fs/proc_namespace.c, mangle).
std::string unmangle(std::string_view text) {
    if (text.find('\\') == text.npos) return std::string(text);
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
        if (text[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
            plain += static_cast<char>(number<unsigned>(text.substr(i + 1, 3), 8));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

/// "fe:00" in hexadecimal (locks, fdinfo) or "254:0" in decimal (mountinfo).
std::uint64_t device(std::string_view major_text, std::string_view minor_text, int base) {
    return makedev(number<unsigned>(major_text, base), number<unsigned>(minor_text, base));
}

/// Calls `each(key, value)` for lines of "Key:\tvalue".
template <typename Each>
void for_each_field(std::string_view text, Each each) {
    while (!text.empty()) {
        std::string_view line = take(text, '\n');
        const std::string_view key = take(line, ':');
        each(key, trim(line));
    }
}

}  // namespace

std::optional<StatLine> parse_stat(std::string_view text) {
    // comm may hold blanks and brackets: it ends at the last ')'.
    const std::size_t open = text.find('('), close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
    StatLine line;
    line.id = number<std::int32_t>(text);
    line.comm = text.substr(open + 1, close - open - 1);
    std::string_view rest = text.substr(close + 1);
    const std::string_view state = word(rest);
    if (state.size() != 1) return std::nullopt;
    line.state = process_state(state[0]);
    for (int field = 4; field <= 42 && !rest.empty(); ++field) {
        const std::string_view value = word(rest);
        switch (field) {
            case 4:
                line.parent = number<std::int32_t>(value);
                break;
            case 5:
                line.process_group = number<std::int32_t>(value);
                break;
            case 6:
                line.session = number<std::int32_t>(value);
                break;
            case 7:
                line.tty = number<std::int32_t>(value);
                break;
            case 9:
                line.flags = number<std::uint64_t>(value);
                break;
            case 14:
            case 15:
                line.cpu_ticks += number<std::uint64_t>(value);
                break;
            case 20:
                line.threads = number<std::int32_t>(value);
                break;
            case 22:
                line.start_time = number<std::uint64_t>(value);
                break;
            case 39:
                line.cpu = number<std::int32_t>(value);
                break;
            case 42:
                line.block_io_ticks = number<std::uint64_t>(value);
                break;
            default:
                break;
        }
    }
    return line;
}

// linux/Documentation/accounting/psi.rst
std::optional<std::uint64_t> parse_pressure(std::string_view text) {
    constexpr std::string_view before = "some avg10=";
    if (!text.starts_with(before)) return std::nullopt;
    text = text.substr(before.size(), text.find(' ', before.size()) - before.size());
    const std::size_t point = text.find('.');
    if (point == 0 || point == std::string_view::npos || text.size() != point + 3) return std::nullopt;
    return number<std::uint64_t>(text.substr(0, point)) * 100 + number<std::uint64_t>(text.substr(point + 1));
}

StatusText parse_status(std::string_view text) {
    StatusText status;
    // Of sixty lines a dozen counts, and each process that is born has its status read.
    constexpr std::string_view beginnings = "TUNSvn";
    for_each_field(text, [&](std::string_view key, std::string_view value) {
        if (key.empty() || beginnings.find(key.front()) == beginnings.npos) return;
        if (key == "Tgid")
            status.thread_group = number<std::int32_t>(value);
        else if (key == "TracerPid")
            status.tracer = number<std::int32_t>(value);
        else if (key == "Uid")
            for (int which = 0; which < 3 && status.uid == 0; ++which) status.uid = number<std::uint32_t>(word(value));
        else if (key == "NSpid")
            while (!value.empty()) status.ns_pids.push_back(number<std::int32_t>(word(value)));
        else if (key == "SigPnd" || key == "ShdPnd")
            status.pending |= number<std::uint64_t>(value, 16);
        else if (key == "SigBlk")
            status.blocked = number<std::uint64_t>(value, 16);
        else if (key == "SigIgn")
            status.ignored = number<std::uint64_t>(value, 16);
        else if (key == "SigCgt")
            status.caught = number<std::uint64_t>(value, 16);
        else if (key == "Seccomp")
            status.seccomp = number<std::uint32_t>(value);
        else if (key == "voluntary_ctxt_switches" || key == "nonvoluntary_ctxt_switches")
            status.context_switches += number<std::uint64_t>(value);
    });
    return status;
}

std::string parse_cgroup(std::string_view text) {
    std::string_view freezer, pids, unified;
    while (!text.empty()) {
        std::string_view line = take(text, '\n');
        const std::string_view hierarchy = take(line, ':');
        std::string_view controllers = take(line, ':');
        if (hierarchy == "0" && controllers.empty()) unified = line;
        while (!controllers.empty()) {
            const std::string_view controller = take(controllers, ',');
            if (controller == "freezer") freezer = line;
            if (controller == "pids") pids = line;
        }
    }
    // A hierarchy of v1 may be mounted where everybody else uses v2: in it all processes stay at the top.
    const auto is_top = [](std::string_view path) { return path.empty() || path == "/"; };
    if (is_top(freezer) && is_top(pids) && !is_top(unified)) return std::string(unified);
    return std::string(!freezer.empty() ? freezer : !pids.empty() ? pids : unified);
}

SyscallText parse_syscall(std::string_view text) {
    SyscallText call;
    const std::string_view first = word(text);
    if (first.empty() || first == "running") return call;
    call.number = number<std::int64_t>(first);
    if (call.number >= 0)
        for (std::uint64_t& argument : call.args) argument = number<std::uint64_t>(word(text), 16);
    call.stack_pointer = number<std::uint64_t>(word(text), 16);
    call.instruction_pointer = number<std::uint64_t>(word(text), 16);
    return call;
}

std::vector<SharedText> parse_kernel_stack(std::string_view text, SharedTexts& functions) {
    std::vector<SharedText> stack;
    stack.reserve(static_cast<std::size_t>(std::ranges::count(text, '\n')));
    while (!text.empty()) {
        std::string_view line = take(text, '\n');  // "[<0>] do_wait+0x5e/0x150 [module]"
        if (const std::size_t bracket = line.find("] "); bracket != std::string_view::npos) line.remove_prefix(bracket + 2);
        const std::string_view function = line.substr(0, line.find_first_of("+ "));
        if (!function.empty()) stack.push_back(functions.share(function));
    }
    return stack;
}

IoText parse_io(std::string_view text) {
    IoText io;
    for_each_field(text, [&](std::string_view key, std::string_view value) {
        if (key == "rchar")
            io.read_bytes = number<std::uint64_t>(value);
        else if (key == "wchar")
            io.write_bytes = number<std::uint64_t>(value);
    });
    return io;
}

std::vector<std::string> parse_strings(std::string_view text, std::size_t most) {
    std::vector<std::string> strings;
    while (!text.empty() && strings.size() < most) strings.emplace_back(take(text, '\0'));
    return strings;
}

std::vector<Mount> parse_mountinfo(std::string_view text, Pid seen_from) {
    std::vector<Mount> mounts;
    while (!text.empty()) {
        std::string_view line = take(text, '\n');
        Mount mount;
        mount.seen_from = seen_from;
        // One blank separates, and a source may be empty (fs/proc_namespace.c, show_mountinfo).
        const auto field = [&] { return take(line, ' '); };
        mount.id = number<std::int32_t>(field());
        mount.parent = number<std::int32_t>(field());
        std::string_view numbers = field();
        const std::string_view major_text = take(numbers, ':');
        mount.device = device(major_text, numbers, 10);
        mount.root = unmangle(field());
        mount.mount_point = unmangle(field());
        mount.options = field();
        for (std::string_view optional = field(); optional != "-"; optional = field())  // propagation
            if (line.empty()) break;
        mount.type = unmangle(field());
        mount.source = unmangle(field());
        if (!line.empty()) mount.options += ',', mount.options += unmangle(line);
        if (!mount.type.empty()) mounts.push_back(std::move(mount));
    }
    return mounts;
}

std::vector<FileLock> parse_locks(std::string_view text) {
    std::vector<FileLock> locks;
    while (!text.empty()) {
        std::string_view line = take(text, '\n');  // "4: -> FLOCK  ADVISORY  WRITE 11510 fe:00:10953730 0 EOF"
        word(line);
        std::string_view kind = word(line);
        const bool waits = kind == "->";
        if (waits) kind = word(line);
        word(line);  // ADVISORY, MANDATORY, ACTIVE, BREAKING …
        const std::string_view access = word(line);
        const Pid pid{number<std::int32_t>(word(line))};
        std::string_view object = word(line);
        if (object.empty()) continue;
        if (waits) {
            // Waiters follow the lock that they wait for; those that wait for a waiter are shown below it with "->" too.
            if (!locks.empty()) locks.back().waiters.push_back(pid);
            continue;
        }
        FileLock lock;
        lock.kind = kind;
        lock.write = access == "WRITE";
        lock.holder = pid;
        const std::string_view major_text = take(object, ':'), minor_text = take(object, ':');
        lock.device = device(major_text, minor_text, 16);
        lock.inode = Inode{number<std::uint64_t>(object)};
        locks.push_back(std::move(lock));
    }
    return locks;
}

namespace {

/// "(3, 141592653)": seconds and nanoseconds.
Nanoseconds timer_pair(std::string_view text) {
    if (text.starts_with('(')) text.remove_prefix(1);
    const std::string_view seconds = trim(take(text, ','));
    return std::chrono::seconds(number<std::int64_t>(seconds)) + Nanoseconds(number<std::int64_t>(trim(text)));
}

/// "tfd:        3 events:       19 data:                3  pos:0 ino:5a sdev:6"
InterestEntry interest_row(std::string_view value) {
    InterestEntry entry;
    entry.fd = Fd{number<std::int32_t>(word(value))};
    for (std::string_view key = word(value); !key.empty(); key = word(value)) {
        if (key == "events:")
            entry.events = number<std::uint32_t>(word(value), 16);
        else if (key == "data:")
            entry.data = number<std::uint64_t>(word(value), 16);
    }
    return entry;
}

}  // namespace

namespace {

/// "ino:4f969 sdev:800013 mflags:0 mask:10000 ignored_mask:0 fhandle-…", all of it in hex; sdev is the kernel's own dev_t.
FanotifyMark fanotify_mark(std::string_view first_key, std::string_view rest) {
    FanotifyMark mark;
    const auto take_field = [&](std::string_view key, std::string_view value) {
        const auto told = number<std::uint64_t>(value, 16);
        if (key == "ino")
            mark.inode = Inode{told};
        else if (key == "mnt_id")
            mark.mount = static_cast<std::int32_t>(told);
        else if (key == "sdev")
            mark.device = makedev(static_cast<unsigned>(told >> 20U), static_cast<unsigned>(told & 0xfffffU));
        else if (key == "mask")
            mark.mask = told;
    };
    take_field(first_key, word(rest));
    while (!rest.empty()) {
        std::string_view field = word(rest);
        const std::string_view key = take(field, ':');
        take_field(key, field);
    }
    return mark;
}

}  // namespace

FdInfoText parse_fdinfo(std::string_view text) {
    FdInfoText info;
    for_each_field(text, [&](std::string_view key, std::string_view value) {
        if (key == "flags")
            info.flags = number<std::uint32_t>(value, 8);
        else if (key == "mnt_id")
            info.mount_id = number<std::int32_t>(value);
        else if (key == "ino")
            info.inode = number<std::uint64_t>(value);
        else if (key == "eventfd-count")
            info.count = number<std::uint64_t>(value, 16);
        else if (key == "ticks" || key == "total")
            info.count = number<std::uint64_t>(value);
        else if (key == "it_value")
            info.timer_value = timer_pair(value);
        else if (key == "sigmask")
            info.signal_mask = number<std::uint64_t>(value, 16);
        else if (key == "Pid")
            info.pid = number<std::int32_t>(value);
        else if (key == "tty-index")
            info.tty = number<std::int32_t>(value);
        else if (key == "fuse_connection")
            info.fuse_connection = number<std::uint32_t>(value);
        else if (key == "tfd")
            info.interest.push_back(interest_row(value));
        else if (key == "fanotify ino" || key == "fanotify sdev" || key == "fanotify mnt_id")
            info.marks.push_back(fanotify_mark(key.substr(std::string_view("fanotify ").size()), value));
    });
    return info;
}

std::optional<std::uint64_t> bracketed_number(std::string_view link, std::string_view prefix) {
    if (!link.starts_with(prefix) || !link.ends_with(']')) return std::nullopt;
    link.remove_prefix(prefix.size());
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(link.data(), link.data() + link.size() - 1, value);
    if (parsed.ec != std::errc{} || parsed.ptr != link.data() + link.size() - 1) return std::nullopt;
    return value;
}

}  // namespace shimtrace::host
