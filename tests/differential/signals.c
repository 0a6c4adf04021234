// Signals: handlers, masks, queues, timers, and calls that they interrupt.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void handle(int signal) {
    (void)signal;
}

int main(void) {
    struct sigaction action = {.sa_handler = handle};
    sigaction(SIGUSR1, &action, NULL);
    action.sa_flags = SA_RESTART | SA_NODEFER;
    sigaddset(&action.sa_mask, SIGHUP);
    sigaction(SIGALRM, &action, &action);
    sigaction(SIGKILL, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    kill(getpid(), SIGUSR1);
    kill(getpid(), 0);
    kill(999999, SIGTERM);
    syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
    sigset_t set, old;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &old);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGRTMIN + 1);
    sigprocmask(SIG_SETMASK, &set, NULL);
    sigqueue(getpid(), SIGUSR2, (union sigval){.sival_int = 5});
    sigpending(&old);
    siginfo_t info;
    struct timespec none = {0, 1000};
    sigtimedwait(&set, &info, &none);
    sigtimedwait(&set, &info, &none);
    sigprocmask(12, &set, NULL);
    stack_t stack = {malloc(9000), 0, 9000};
    sigaltstack(&stack, NULL);
    signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 200000}}, NULL);
    struct timespec second = {1, 0}, rest;
    syscall(SYS_nanosleep, &second, &rest);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 200000}}, NULL);
    pause();
    alarm(0);
    timer_t timer;
    timer_create(CLOCK_MONOTONIC, NULL, &timer);
    timer_settime(timer, 0, &(struct itimerspec){{0, 0}, {0, 200000000}}, NULL);
    pause();
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM, .sigev_value.sival_int = 0};
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &(struct itimerspec){{0, 0}, {0, 200000000}}, NULL);
    pause();
    raise(SIGTERM);
}
