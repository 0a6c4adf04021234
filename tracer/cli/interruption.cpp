#include "tracer/cli/interruption.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <deque>
#include <initializer_list>
#include <string>

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

/// For a signal's handler: each text stays where it is, and is in place before it is counted.
std::array<const char*, 16> files_to_remove;
volatile std::sig_atomic_t how_many_to_remove = 0;

[[noreturn]] void end(int) {
    for (std::sig_atomic_t i = 0; i < how_many_to_remove; ++i) ::unlink(files_to_remove[static_cast<std::size_t>(i)]);
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

void remove_when_ended(const std::string& path) {
    static std::deque<std::string> texts;
    const auto place = static_cast<std::size_t>(how_many_to_remove);
    if (place >= files_to_remove.size()) return;
    files_to_remove[place] = texts.emplace_back(path).c_str();
    std::atomic_signal_fence(std::memory_order_release);
    how_many_to_remove = static_cast<std::sig_atomic_t>(place + 1);
}

void set_code_when_interrupted(int when_interrupted) {
    code = when_interrupted;
}

bool interrupted() {
    return end_asked != 0;
}

}  // namespace shimtrace::cli
