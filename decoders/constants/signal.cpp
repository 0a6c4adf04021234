#include "decoders/constants/signal.hpp"

namespace shimtrace::decoders {

static constexpr FlagName sigprocmask_how_rows[] = {
    {0, "SIG_BLOCK"},
    {1, "SIG_UNBLOCK"},
    {2, "SIG_SETMASK"},
};
const FlagSet sigprocmask_how{"SIG_???", sigprocmask_how_rows};

static constexpr FlagName sigaction_flags_rows[] = {
    {0x4000000, "SA_RESTORER"},
    {0x8000000, "SA_ONSTACK"},
    {0x10000000, "SA_RESTART"},
    {0x20000000, "SA_INTERRUPT"},
    {0x40000000, "SA_NODEFER"},
    {0x80000000, "SA_RESETHAND"},
    {4, "SA_SIGINFO"},
    {1, "SA_NOCLDSTOP"},
    {2, "SA_NOCLDWAIT"},
    {0x400, "SA_UNSUPPORTED"},
    {0x800, "SA_EXPOSE_TAGBITS"},
};
const FlagSet sigaction_flags{"SA_???", sigaction_flags_rows};

static constexpr FlagName sigaltstack_flags_rows[] = {
    {1, "SS_ONSTACK"},
    {2, "SS_DISABLE"},
    {0x80000000, "SS_AUTODISARM"},
};
const FlagSet sigaltstack_flags{"SS_???", sigaltstack_flags_rows};

static constexpr FlagName signalfd_flags_rows[] = {
    {0x80000, "SFD_CLOEXEC"},
    {0x800, "SFD_NONBLOCK"},
};
const FlagSet signalfd_flags{"SFD_???", signalfd_flags_rows};

static constexpr FlagName pidfd_signal_flags_rows[] = {
    {1, "PIDFD_SIGNAL_THREAD"},
    {2, "PIDFD_SIGNAL_THREAD_GROUP"},
    {4, "PIDFD_SIGNAL_PROCESS_GROUP"},
};
const FlagSet pidfd_signal_flags{"PIDFD_SIGNAL_???", pidfd_signal_flags_rows};

const FlagSet poll_events{"POLL???", bits("POLLIN POLLPRI POLLOUT POLLERR POLLHUP POLLNVAL POLLRDNORM POLLRDBAND POLLWRNORM POLLWRBAND POLLMSG 0x1000 POLLREMOVE "
                 "POLLRDHUP")};

static constexpr FlagName epoll_operations_rows[] = {
    {1, "EPOLL_CTL_ADD"},
    {2, "EPOLL_CTL_DEL"},
    {3, "EPOLL_CTL_MOD"},
};
const FlagSet epoll_operations{"EPOLL_CTL_???", epoll_operations_rows};

const FlagSet epoll_events{"EPOLL???", bits("EPOLLIN EPOLLPRI EPOLLOUT 0x40 EPOLLRDNORM EPOLLRDBAND EPOLLWRNORM EPOLLWRBAND EPOLLMSG 8 EPOLLERR EPOLLHUP 0x2000 "
                 "EPOLLRDHUP 0x10000000 EPOLLEXCLUSIVE EPOLLWAKEUP EPOLLONESHOT EPOLLET")};

static constexpr FlagName epoll_create_flags_rows[] = {
    {0x80000, "EPOLL_CLOEXEC"},
};
const FlagSet epoll_create_flags{"EPOLL_???", epoll_create_flags_rows};

static constexpr FlagName eventfd_flags_rows[] = {
    {1, "EFD_SEMAPHORE"},
    {0x80000, "EFD_CLOEXEC"},
    {0x800, "EFD_NONBLOCK"},
};
const FlagSet eventfd_flags{"EFD_???", eventfd_flags_rows};

static constexpr FlagName timerfd_flags_rows[] = {
    {1, "TFD_TIMER_ABSTIME"},
    {2, "TFD_TIMER_CANCEL_ON_SET"},
    {0x80000, "TFD_CLOEXEC"},
    {0x800, "TFD_NONBLOCK"},
};
const FlagSet timerfd_flags{"TFD_???", timerfd_flags_rows};

static constexpr FlagName timer_flags_rows[] = {
    {1, "TIMER_ABSTIME"},
};
const FlagSet timer_flags{"TIMER_???", timer_flags_rows};

const FlagSet clock_names{"CLOCK_???", numbers("CLOCK_REALTIME CLOCK_MONOTONIC CLOCK_PROCESS_CPUTIME_ID CLOCK_THREAD_CPUTIME_ID CLOCK_MONOTONIC_RAW "
                 "CLOCK_REALTIME_COARSE CLOCK_MONOTONIC_COARSE CLOCK_BOOTTIME CLOCK_REALTIME_ALARM CLOCK_BOOTTIME_ALARM CLOCK_SGI_CYCLE "
                 "CLOCK_TAI")};

static constexpr FlagName timer_kinds_rows[] = {
    {0, "ITIMER_REAL"},
    {1, "ITIMER_VIRTUAL"},
    {2, "ITIMER_PROF"},
};
const FlagSet timer_kinds{"ITIMER_???", timer_kinds_rows};

static constexpr FlagName sigev_notifies_rows[] = {
    {0, "SIGEV_SIGNAL"},
    {1, "SIGEV_NONE"},
    {2, "SIGEV_THREAD"},
    {4, "SIGEV_THREAD_ID"},
};
const FlagSet sigev_notifies{"SIGEV_???", sigev_notifies_rows};

static constexpr FlagName adjtimex_modes_rows[] = {
    {1, "ADJ_OFFSET"},
    {2, "ADJ_FREQUENCY"},
    {4, "ADJ_MAXERROR"},
    {8, "ADJ_ESTERROR"},
    {0x10, "ADJ_STATUS"},
    {0x20, "ADJ_TIMECONST"},
    {0x80, "ADJ_TAI"},
    {0x100, "ADJ_SETOFFSET"},
    {0x1000, "ADJ_MICRO"},
    {0x2000, "ADJ_NANO"},
    {0x4000, "ADJ_TICK"},
};
const FlagSet adjtimex_modes{"ADJ_???", adjtimex_modes_rows};

static constexpr FlagName adjtimex_states_rows[] = {
    {0, "TIME_OK"},
    {1, "TIME_INS"},
    {2, "TIME_DEL"},
    {3, "TIME_OOP"},
    {4, "TIME_WAIT"},
    {5, "TIME_ERROR"},
};
const FlagSet adjtimex_states{"TIME_???", adjtimex_states_rows};

const FlagSet adjtimex_status{"STA_???", bits("STA_PLL STA_PPSFREQ STA_PPSTIME STA_FLL STA_INS STA_DEL STA_UNSYNC STA_FREQHOLD STA_PPSSIGNAL STA_PPSJITTER "
                 "STA_PPSWANDER STA_PPSERROR STA_CLOCKERR STA_NANO STA_MODE STA_CLK")};

static constexpr FlagName futex_wake_operations_rows[] = {
    {0, "FUTEX_OP_SET"},
    {1, "FUTEX_OP_ADD"},
    {2, "FUTEX_OP_OR"},
    {3, "FUTEX_OP_ANDN"},
    {4, "FUTEX_OP_XOR"},
};
const FlagSet futex_wake_operations{"FUTEX_OP_???", futex_wake_operations_rows};

static constexpr FlagName futex_wake_comparisons_rows[] = {
    {0, "FUTEX_OP_CMP_EQ"},
    {1, "FUTEX_OP_CMP_NE"},
    {2, "FUTEX_OP_CMP_LT"},
    {3, "FUTEX_OP_CMP_LE"},
    {4, "FUTEX_OP_CMP_GT"},
    {5, "FUTEX_OP_CMP_GE"},
};
const FlagSet futex_wake_comparisons{"FUTEX_OP_CMP_???", futex_wake_comparisons_rows};

static constexpr FlagName futex2_flags_rows[] = {
    {2, "FUTEX_32"},
    {0x80, "FUTEX_PRIVATE_FLAG"},
};
const FlagSet futex2_flags{"FUTEX_???", futex2_flags_rows};

static constexpr FlagName siginfo_codes_rows[] = {
    {0, "SI_USER"},
    {0x80, "SI_KERNEL"},
    {0xffffffff, "SI_QUEUE"},
    {0xfffffffe, "SI_TIMER"},
    {0xfffffffd, "SI_MESGQ"},
    {0xfffffffc, "SI_ASYNCIO"},
    {0xfffffffb, "SI_SIGIO"},
    {0xfffffffa, "SI_TKILL"},
    {0xfffffff9, "SI_DETHREAD"},
    {0xffffffc4, "SI_ASYNCNL"},
};
const FlagSet siginfo_codes{"SI_???", siginfo_codes_rows};

static constexpr FlagName sigchld_codes_rows[] = {
    {1, "CLD_EXITED"},
    {2, "CLD_KILLED"},
    {3, "CLD_DUMPED"},
    {4, "CLD_TRAPPED"},
    {5, "CLD_STOPPED"},
    {6, "CLD_CONTINUED"},
};
const FlagSet sigchld_codes{"CLD_???", sigchld_codes_rows};

static constexpr FlagName sigill_codes_rows[] = {
    {1, "ILL_ILLOPC"},
    {2, "ILL_ILLOPN"},
    {3, "ILL_ILLADR"},
    {4, "ILL_ILLTRP"},
    {5, "ILL_PRVOPC"},
    {6, "ILL_PRVREG"},
    {7, "ILL_COPROC"},
    {8, "ILL_BADSTK"},
    {9, "ILL_BADIADDR"},
};
const FlagSet sigill_codes{"ILL_???", sigill_codes_rows};

static constexpr FlagName sigfpe_codes_rows[] = {
    {1, "FPE_INTDIV"},
    {2, "FPE_INTOVF"},
    {3, "FPE_FLTDIV"},
    {4, "FPE_FLTOVF"},
    {5, "FPE_FLTUND"},
    {6, "FPE_FLTRES"},
    {7, "FPE_FLTINV"},
    {8, "FPE_FLTSUB"},
    {0xe, "FPE_FLTUNK"},
    {0xf, "FPE_CONDTRAP"},
};
const FlagSet sigfpe_codes{"FPE_???", sigfpe_codes_rows};

static constexpr FlagName sigsegv_codes_rows[] = {
    {1, "SEGV_MAPERR"},
    {2, "SEGV_ACCERR"},
    {3, "SEGV_BNDERR"},
    {4, "SEGV_PKUERR"},
    {5, "SEGV_ACCADI"},
    {6, "SEGV_ADIDERR"},
    {7, "SEGV_ADIPERR"},
    {8, "SEGV_MTEAERR"},
    {9, "SEGV_MTESERR"},
    {0xa, "SEGV_CPERR"},
};
const FlagSet sigsegv_codes{"SEGV_???", sigsegv_codes_rows};

static constexpr FlagName sigbus_codes_rows[] = {
    {1, "BUS_ADRALN"},
    {2, "BUS_ADRERR"},
    {3, "BUS_OBJERR"},
    {4, "BUS_MCEERR_AR"},
    {5, "BUS_MCEERR_AO"},
};
const FlagSet sigbus_codes{"BUS_???", sigbus_codes_rows};

static constexpr FlagName sigtrap_codes_rows[] = {
    {1, "TRAP_BRKPT"},
    {2, "TRAP_TRACE"},
    {3, "TRAP_BRANCH"},
    {4, "TRAP_HWBKPT"},
    {5, "TRAP_UNK"},
    {6, "TRAP_PERF"},
};
const FlagSet sigtrap_codes{"TRAP_???", sigtrap_codes_rows};

static constexpr FlagName sigpoll_codes_rows[] = {
    {1, "POLL_IN"},
    {2, "POLL_OUT"},
    {3, "POLL_MSG"},
    {4, "POLL_ERR"},
    {5, "POLL_PRI"},
    {6, "POLL_HUP"},
};
const FlagSet sigpoll_codes{"POLL_???", sigpoll_codes_rows};

static constexpr FlagName sigsys_codes_rows[] = {
    {1, "SYS_SECCOMP"},
    {2, "SYS_USER_DISPATCH"},
};
const FlagSet sigsys_codes{"SYS_???", sigsys_codes_rows};

// linux/audit.h
static constexpr FlagName audit_architectures_rows[] = {
    {0xc000003e, "AUDIT_ARCH_X86_64"},
    {0x40000003, "AUDIT_ARCH_I386"},
    {0xc00000b7, "AUDIT_ARCH_AARCH64"},
    {0x40000028, "AUDIT_ARCH_ARM"},
};
const FlagSet audit_architectures{"AUDIT_ARCH_???", audit_architectures_rows};

}  // namespace shimtrace::decoders
