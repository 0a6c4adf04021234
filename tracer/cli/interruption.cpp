#include "tracer/cli/interruption.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <system_error>
#include <thread>

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

/// For a signal's handler, which may come in the midst of anything: a path stays where it is for as long as the program lives.
constinit std::array<std::atomic<const char*>, 16> files_to_remove{};
static_assert(std::atomic<const char*>::is_always_lock_free);

[[noreturn]] void end(int) {
    for (const auto& place : files_to_remove)
        if (const char* const path = place) ::unlink(path);
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
    static auto& texts = *new std::deque<std::string>;  // the handler may come after exit() has begun
    std::error_code unknown;
    const std::filesystem::path absolute = std::filesystem::absolute(path, unknown);
    const char* const text = texts.emplace_back(unknown ? path : absolute.string()).c_str();
    for (auto& place : files_to_remove)
        if (const char* nothing = nullptr; place.compare_exchange_strong(nothing, text)) return;
}

void leave_when_ended(const std::string& path) {
    std::error_code unknown;
    const std::string absolute = std::filesystem::absolute(path, unknown).string();
    for (auto& place : files_to_remove)
        if (const char* const text = place; text != nullptr && (absolute == text || path == text)) place = nullptr;
}

void set_code_when_interrupted(int when_interrupted) {
    code = when_interrupted;
}

bool interrupted() {
    return end_asked != 0;
}

void rest_unless_interrupted(Nanoseconds time) {
    constexpr Nanoseconds notice = std::chrono::milliseconds(100);
    const auto until = std::chrono::steady_clock::now() + time;
    while (!interrupted() && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::min<Nanoseconds>(notice, until - std::chrono::steady_clock::now()));
}

}  // namespace shimtrace::cli
