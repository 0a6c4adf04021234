#include "tracer/cli/unbegun_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

namespace shimtrace::cli {

namespace {

constexpr int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

const char* unbegun = nullptr;  // a signal's handler has no other way to it
uid_t owner = 0;

void remove_and_end(int signal) {
    struct stat status {};
    if (unbegun != nullptr && ::lstat(unbegun, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0 && status.st_uid == owner)
        ::unlink(unbegun);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

void handle(void (*from)(int), void (*to)(int)) {
    for (const int signal : ending_signals) {
        struct sigaction known {};
        ::sigaction(signal, nullptr, &known);
        if (known.sa_handler == from) std::signal(signal, to);  // nohup ignores one
    }
}

}  // namespace

UnbegunFile::UnbegunFile(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return;  // it was there before
    static std::string kept;
    kept = path;
    owner = ::geteuid();
    unbegun = kept.c_str();
    handle(SIG_DFL, remove_and_end);
}

UnbegunFile::~UnbegunFile() {
    handle(remove_and_end, SIG_DFL);
    unbegun = nullptr;
}

}  // namespace shimtrace::cli
