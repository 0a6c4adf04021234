// Strong types for what must never be mixed up: a thread id is not a process id, and an address of the tracee is
// never a pointer of ours.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace shimtrace {

/// A number with a meaning. `Strong<int, struct PidTag>` converts to and from `int` only when asked.
template <typename Number, typename Tag>
struct Strong {
    using number_type = Number;

    Number value{};

    constexpr Strong() = default;
    constexpr explicit Strong(Number number) : value(number) {}

    constexpr explicit operator bool() const { return value != Number{}; }
    constexpr auto operator<=>(const Strong&) const = default;
};

/// A thread group's id in the host's (the initial) pid namespace. 0: none.
using Pid = Strong<std::int32_t, struct PidTag>;
/// A thread's id in the host's pid namespace. 0: none.
using Tid = Strong<std::int32_t, struct TidTag>;
/// A file descriptor of the observed process, not of shimtrace. -1 is "none", 0 is a real descriptor.
using Fd = Strong<std::int32_t, struct FdTag>;
/// An inode number as /proc/PID/fd and stat(2) show it.
using Inode = Strong<std::uint64_t, struct InodeTag>;
/// An address in another process. Read it through a Memory, never by dereferencing.
using RemoteAddress = Strong<std::uint64_t, struct RemoteAddressTag>;
/// A goroutine's id as Go's own tracebacks show it.
using GoroutineId = Strong<std::uint64_t, struct GoroutineIdTag>;
/// Index into a session's dictionary of descriptor targets. 0: not resolved.
using OpenFileId = Strong<std::uint32_t, struct OpenFileIdTag>;

constexpr RemoteAddress operator+(RemoteAddress base, std::uint64_t offset) {
    return RemoteAddress{base.value + offset};
}

using Nanoseconds = std::chrono::nanoseconds;

/// CLOCK_MONOTONIC of the observed host. Has no now(): only the parts that touch a live host know the time.
struct MonotonicClock {
    using duration = Nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;
};
using MonotonicTime = MonotonicClock::time_point;
/// CLOCK_REALTIME of the observed host, nanoseconds since the epoch.
using RealTime = std::chrono::time_point<std::chrono::system_clock, Nanoseconds>;

/// The thread that leads its group has the group's id.
constexpr Tid leader(Pid pid) {
    return Tid{pid.value};
}

/// Whose table of system calls a number is of. arm: the 32-bit programs of an aarch64 kernel.
enum class Arch : std::uint8_t { x86_64, i386, x32, aarch64, arm };

/// The tables of the kernels that this program runs on: that of its own calls, and that of 32-bit programs beside it.
#ifdef __aarch64__
inline constexpr Arch native_arch = Arch::aarch64, compat_arch = Arch::arm;
#else
inline constexpr Arch native_arch = Arch::x86_64, compat_arch = Arch::i386;
#endif

constexpr bool is_32_bit(Arch arch) {
    return arch == Arch::i386 || arch == Arch::arm;
}

}  // namespace shimtrace

template <typename Number, typename Tag>
struct std::hash<shimtrace::Strong<Number, Tag>> {
    std::size_t operator()(const shimtrace::Strong<Number, Tag>& strong) const noexcept { return std::hash<Number>{}(strong.value); }
};
