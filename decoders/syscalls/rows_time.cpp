// Clocks and timers.
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow time_table[] = {
    {"time", class_clock, {of("tloc", kinds::time_out)}, results::date},
    {"gettimeofday", class_clock, {of("tv", kinds::timeval_out), of("tz", kinds::timezone_out)}},
    {"settimeofday", class_clock, {of("tv", kinds::timeval_in), of("tz", kinds::timezone_in)}},
    {"times", 0, {of("buf", kinds::times)}, results::unsigned_number},
    {"nanosleep", 0, {of("req", kinds::timespec_in), of("rem", kinds::timespec_remaining)}, {.waits = {sleeps}}},
    {"clock_gettime", class_clock, {constant("clockid", clock_names), of("tp", kinds::timespec_out)}},
    {"clock_settime", class_clock, {constant("clockid", clock_names), of("tp", kinds::timespec_in)}},
    {"clock_getres", class_clock, {constant("clockid", clock_names), of("res", kinds::timespec_out)}},
    {"clock_nanosleep",
     0,
     {constant("clockid", clock_names), flags("flags", timer_flags), of("request", kinds::timespec_in),
      of("remain", kinds::timespec_remaining)},
     {.waits = {sleeps}}},
    {"clock_adjtime", class_clock, {constant("clockid", clock_names), of("tx", kinds::timex)}, results::adjtimex},
    {"adjtimex", class_clock, {of("buf", kinds::timex)}, results::adjtimex},
    {"alarm", 0, {count("seconds")}},
    {"getitimer", 0, {constant("which", timer_kinds), of("curr_value", kinds::itimerval_out)}},
    {"setitimer", 0, {constant("which", timer_kinds), of("new_value", kinds::itimerval_in), of("old_value", kinds::itimerval_out)}},
    {"timer_create", 0, {constant("clockid", clock_names), of("sevp", kinds::sigevent), of("timerid", kinds::out_int32)}},
    {"timer_settime",
     0,
     {number("timerid"), flags("flags", timer_flags), of("new_value", kinds::itimerspec_in), of("old_value", kinds::itimerspec_out)}},
    {"timer_gettime", 0, {number("timerid"), of("curr_value", kinds::itimerspec_out)}},
    {"timer_getoverrun", 0, {number("timerid")}},
    {"timer_delete", 0, {number("timerid")}},
};

std::span<const SyscallRow> time_rows() {
    return time_table;
}

}  // namespace shimtrace::decoders
