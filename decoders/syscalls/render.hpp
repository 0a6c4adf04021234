// A call in strace's syntax, from what was captured, and from nothing else.
#pragma once

#include <shimtrace/event.hpp>
#include <shimtrace/event_sink.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace shimtrace::decoders {

/// -x, -xx; escapes: strings as ever, with their escapes in hex instead of octal.
enum class HexStrings : std::uint8_t { none, non_ascii, all, escapes };
enum class Constants : std::uint8_t { abbrev, raw, verbose };  ///< -X
enum class FdDecoding : std::uint8_t { none, paths, all };     ///< -y, -yy

/// What FdDecoding::all shows of descriptors, for --decode-fds=SET. A descriptor that none of them speaks of is a bare number.
enum FdDetail : std::uint8_t {
    fd_detail_path = 1 << 0,
    fd_detail_device = 1 << 1,
    fd_detail_pidfd = 1 << 2,
    fd_detail_socket = 1 << 3,
    fd_detail_all = 15,
};

struct RenderStyle {
    std::uint32_t string_limit = 32;  ///< -s
    HexStrings hex = HexStrings::none;
    Constants constants = Constants::abbrev;
    FdDecoding fds = FdDecoding::none;
    std::uint8_t fd_details = fd_detail_all;  ///< bits of FdDetail
    bool abbreviate = true;                   ///< -v turns it off: structs in full, environment printed
    bool dereference = true;                  ///< -e verbose= turns it off: structs and lists are addresses
    bool raw = false;                         ///< -e raw=: arguments and result are hex numbers
    bool roles = false;                       ///< ours: roles, holders, interest sets behind targets; off with --plain
    bool pid_comms = false;                   ///< -Y, --decode-pids=comm
    bool pid_namespaces = false;              ///< --decode-pids=pidns
};

/// What rendering may look up: all of it values of the session.
struct RenderScope {
    const OpenFileDictionary* targets = nullptr;
    std::function<const TaskInfo*(Tid)> task;  ///< nullptr result: not known
    /// By the number that it has in a nested pid namespace. nullptr result: not known.
    std::function<const TaskInfo*(Inode pid_namespace, std::int32_t number)> task_within;
    /// Whether a line before has told what that epoll descriptor waits for: then only how many. Empty: never.
    std::function<bool(OpenFileId)> told_set;
    /// The call that a restart_syscall of this thread goes on with. Empty: not known.
    std::function<std::string_view(Tid)> restarted;
};

struct RenderedCall {
    std::string on_entry;  ///< "read(3, " — what is known before the call returns, for `<unfinished ...>`
    std::string on_exit;   ///< "\"abc\", 32)": the rest of the arguments and the closing parenthesis
    std::string result;    ///< "3", "-1 ENOENT (No such file or directory)", "0 (Timeout)", "? ERESTARTSYS (…)"
    bool failed = false;   ///< an error of the -e status= kind
    bool whole = false;    ///< on_entry has all arguments: the exit adds nothing but the result
};

/// The part before the call returned. Sets on_entry and whole only.
RenderedCall render_entry(const Event& enter, const RenderStyle& style, const RenderScope& scope);
/// The whole call. on_entry is the same text as render_entry gave.
RenderedCall render_call(const Event& enter, const Event& exit, const RenderStyle& style, const RenderScope& scope);

/// "{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=…}" of a signal event.
std::string render_siginfo(const Event& signal, const RenderStyle& style, const RenderScope& scope);
/// "SIGCHLD", "SIGRT_2", "99".
std::string signal_name(std::int64_t signal);
/// The descriptor with its target, as -y, -yy and roles say: "18<pipe:[8191] stdout of ns/id>".
std::string render_fd(Fd fd, OpenFileId target, const RenderStyle& style, const RenderScope& scope);
/// As strace escapes a string, quotes included, "..." appended where it was cut.
std::string quote(std::span<const std::byte> bytes, const RenderStyle& style, bool cut);

}  // namespace shimtrace::decoders
