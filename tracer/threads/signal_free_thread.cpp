#include "tracer/threads/signal_free_thread.hpp"

#include <pthread.h>

namespace shimtrace {

SignalsBlocked::SignalsBlocked() {
    sigset_t blocked;
    ::sigfillset(&blocked);
    for (const int own : {SIGBUS, SIGSEGV, SIGILL, SIGFPE}) ::sigdelset(&blocked, own);
    ::pthread_sigmask(SIG_SETMASK, &blocked, &before_);
}

SignalsBlocked::~SignalsBlocked() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace shimtrace
