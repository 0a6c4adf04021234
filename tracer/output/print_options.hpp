// How a trace is printed: strace's options as one value. Live tracing and replay take the same.
#pragma once

#include "decoders/syscalls/render.hpp"

#include <shimtrace/call_set.hpp>
#include <shimtrace/types.hpp>

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

namespace shimtrace::output {

enum class Timestamps : std::uint8_t { none, time, epoch };  ///< the time of day or the seconds since 1970

/// How a call ended, for -e status=, -z and -Z.
enum CallStatus : std::uint8_t {
    status_successful = 1 << 0,
    status_failed = 1 << 1,
    status_unfinished = 1 << 2,   ///< never returned: the thread ended inside
    status_unavailable = 1 << 3,  ///< returned without a status
    status_detached = 1 << 4,     ///< shimtrace left while it was under way
    status_all = 31,
};

/// What is said besides calls, for -q and -e quiet=.
enum Quiet : std::uint8_t {
    quiet_attach = 1 << 0,
    quiet_exit = 1 << 1,
    quiet_path_resolution = 1 << 2,
    quiet_personality = 1 << 3,
    quiet_thread_execve = 1 << 4,
    quiet_superseded = 1 << 5,
};

enum class PidPrefix : std::uint8_t {
    bracketed,  ///< "[pid  4711] " while more than one thread is traced: a terminal's, strace's stderr
    column,     ///< "4711  " before each line: -f -o FILE
    none,       ///< one thread a file: -ff -o FILE
};

enum class Summary : std::uint8_t { none, only, both };  ///< -c, -C
enum class SummarySort : std::uint8_t { time, min_time, max_time, avg_time, calls, errors, name, nothing };
enum class SummaryColumn : std::uint8_t { time_percent, total_time, min_time, max_time, avg_time, calls, errors, name };

/// A set of descriptors, or all but these.
struct FdFilter {
    std::vector<std::int32_t> numbers;
    bool inverted = false;

    [[nodiscard]] bool shows(Fd fd) const { return (std::ranges::find(numbers, fd.value) != numbers.end()) != inverted; }
    [[nodiscard]] bool any() const { return inverted || !numbers.empty(); }
};

struct PrintOptions {
    decoders::RenderStyle style;
    Timestamps timestamps = Timestamps::none;
    unsigned timestamp_digits = 0;       ///< of a second's fraction, 0 to 9
    bool relative_times = false;         ///< -r
    unsigned relative_digits = 6;        ///< --relative-timestamps=PRECISION
    bool durations = false;              ///< -T
    unsigned duration_digits = 6;        ///< --syscall-times=PRECISION
    bool instruction_pointers = false;   ///< -i
    bool syscall_numbers = false;        ///< -n
    bool stacks = false;                 ///< -k
    int column = 40;                     ///< -a: where "= result" begins
    std::uint8_t statuses = status_all;  ///< bits of CallStatus
    std::uint8_t quiet = 0;              ///< bits of Quiet
    PidPrefix prefix = PidPrefix::bracketed;
    CallSet calls = CallSet::every();                                         ///< shown
    CallSet abbreviated = CallSet::every(), dereferenced = CallSet::every();  ///< -e abbrev=, -e verbose=
    CallSet raw;                                                              ///< -e raw=: none by default
    FdFilter dump_read, dump_written;  ///< -e read=, -e write=: what goes through these is dumped in full
    std::bitset<65> signals = std::bitset<65>{}.set();
    std::vector<std::string> paths;   ///< -P, as given and resolved; empty: all
    bool plain = false;               ///< strace's lines and nothing more
    std::uint8_t messages = 0;        ///< bits of MessageProtocol: shown after the calls that carry them
    std::uint8_t messages_alone = 0;  ///< shown although their calls are not (-e ttrpc)
    Nanoseconds overdue_after{};      ///< a message without a reply for that long is spoken of; 0: never
    Nanoseconds slow_messages{};      ///< of replies: those that took so long alone
    bool interesting = false;         ///< what matters first: waits of daemons and shims that rest are folded
    bool failed_messages = false;     ///< of replies: those that are errors alone

    Summary summary = Summary::none;
    SummarySort sort = SummarySort::time;
    std::vector<SummaryColumn> columns = {SummaryColumn::time_percent, SummaryColumn::total_time, SummaryColumn::avg_time,
                                          SummaryColumn::calls,        SummaryColumn::errors,     SummaryColumn::name};
    bool wall_clock = false;       ///< -w
    std::int64_t overhead_ns = 0;  ///< -O: taken off each call's system time
};

}  // namespace shimtrace::output
