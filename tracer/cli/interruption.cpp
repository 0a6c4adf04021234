#include "tracer/cli/interruption.hpp"

#include <csignal>
#include <initializer_list>

namespace shimtrace::cli {

namespace {

volatile std::sig_atomic_t end_asked = 0;

}  // namespace

void listen_for_interruption() {
    struct sigaction action {};
    action.sa_handler = [](int) { end_asked = 1; };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};
        ::sigaction(signal, &action, &before);
        if (signal == SIGHUP && before.sa_handler == SIG_IGN) ::sigaction(signal, &before, nullptr);
    }
}

bool interrupted() {
    return end_asked != 0;
}

}  // namespace shimtrace::cli
