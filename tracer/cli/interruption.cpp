#include "tracer/cli/interruption.hpp"

#include <csignal>
#include <initializer_list>

#include <sys/time.h>
#include <unistd.h>

namespace shimtrace::cli {

namespace {

volatile std::sig_atomic_t end_asked = 0, code = 0;

/// For whatever it is at: on a busy machine a look may take seconds.
constexpr itimerval soon{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = 500'000}};

void ask_for_end(int) {
    end_asked = 1;
    ::setitimer(ITIMER_REAL, &soon, nullptr);
}

[[noreturn]] void end(int) {
    ::_exit(code);
}

}  // namespace

void listen_for_interruption() {
    struct sigaction action {};
    action.sa_handler = end;
    ::sigaction(SIGALRM, &action, nullptr);
    action.sa_handler = ask_for_end;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};
        ::sigaction(signal, &action, &before);
        if (signal == SIGHUP && before.sa_handler == SIG_IGN) ::sigaction(signal, &before, nullptr);
    }
}

void set_code_when_interrupted(int when_interrupted) {
    code = when_interrupted;
}

bool interrupted() {
    return end_asked != 0;
}

}  // namespace shimtrace::cli
