// A target that can tell whether it was harmed: eight threads that make calls all the time, each counting its rounds, and a
// count of the signals that arrived.
#pragma once

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { busy_threads = 8 };

struct progress {
    _Atomic long rounds[busy_threads];
    _Atomic long signals;
    _Atomic long failures;  // calls that did not do what they do without a tracer
};

struct target {
    pid_t pid;
    struct progress* progress;
};

static struct progress* own_progress;

static void count_signal(int number) {
    (void)number;
    atomic_fetch_add(&own_progress->signals, 1);
}

static void* be_busy(void* which) {
    const long index = (long)which;
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) abort();
    for (;;) {
        char byte = 'x';
        if (write(pipe_ends[1], &byte, 1) != 1 || read(pipe_ends[0], &byte, 1) != 1) atomic_fetch_add(&own_progress->failures, 1);
        if (getppid() == 0) atomic_fetch_add(&own_progress->failures, 1);
        // Half of them sleep now and then, so that they are found blocking as well as running.
        const struct timespec nap = {0, 200000};
        if (index % 2 == 0 && nanosleep(&nap, NULL) != 0) atomic_fetch_add(&own_progress->failures, 1);
        atomic_fetch_add(&own_progress->rounds[index], 1);
    }
    return NULL;
}

/// Signals reach only the first thread, which does nothing else.
static struct target start_target(void) {
    struct target target;
    target.progress = mmap(NULL, sizeof *target.progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    target.pid = fork();
    if (target.pid != 0) return target;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "busy");
    own_progress = target.progress;
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &wanted, NULL);
    for (long i = 0; i < busy_threads; ++i) {
        pthread_t thread;
        pthread_create(&thread, NULL, be_busy, (void*)i);
    }
    const struct sigaction action = {.sa_handler = count_signal, .sa_flags = SA_RESTART};
    sigaction(SIGRTMIN, &action, NULL);
    sigprocmask(SIG_UNBLOCK, &wanted, NULL);
    for (;;) pause();
}
