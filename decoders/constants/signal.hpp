// Names of the constants of signals, timers, polling and futexes.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet sigprocmask_how;
extern const FlagSet sigaction_flags;
extern const FlagSet sigaltstack_flags;
extern const FlagSet signalfd_flags;
extern const FlagSet pidfd_signal_flags;
extern const FlagSet poll_events;
extern const FlagSet epoll_operations;
extern const FlagSet epoll_events;
extern const FlagSet epoll_create_flags;
extern const FlagSet eventfd_flags;
extern const FlagSet timerfd_flags;
extern const FlagSet timer_flags;
extern const FlagSet clock_names;
extern const FlagSet timer_kinds;
extern const FlagSet sigev_notifies;
extern const FlagSet adjtimex_modes;
extern const FlagSet adjtimex_states;
extern const FlagSet adjtimex_status;
extern const FlagSet futex_wake_operations;
extern const FlagSet futex_wake_comparisons;
extern const FlagSet futex2_flags;
extern const FlagSet siginfo_codes;
extern const FlagSet sigchld_codes;
extern const FlagSet sigill_codes;
extern const FlagSet sigfpe_codes;
extern const FlagSet sigsegv_codes;
extern const FlagSet sigbus_codes;
extern const FlagSet sigtrap_codes;
extern const FlagSet sigpoll_codes;
extern const FlagSet sigsys_codes;
extern const FlagSet audit_architectures;
extern const FlagSet io_uring_setup_flags;
extern const FlagSet io_uring_features;
extern const FlagSet io_uring_enter_flags;

}  // namespace shimtrace::decoders
