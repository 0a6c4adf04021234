// What the engine's tests trace: `engine_tracee SCENARIO`. Each scenario does one thing and exits with a status that says
// whether it went as it would have without a tracer.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char* self;

static int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, __WALL) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int forks(void) {
    pid_t child = fork();
    if (child == 0) _exit(3);
    return wait_for(child) == 3 ? 0 : 1;
}

static int vforks(void) {
    pid_t child = vfork();
    if (child == 0) {
        execl(self, self, "exit7", NULL);
        _exit(1);
    }
    return wait_for(child) == 7 ? 0 : 1;
}

static int vfork_that_lasts(void) {
    if (vfork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
    }
    return 0;
}

static int clone3s(void) {
    struct clone_args args = {.exit_signal = SIGCHLD};
    pid_t child = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    if (child == 0) _exit(4);
    return wait_for(child) == 4 ? 0 : 1;
}

static int exit7(void) {
    return 7;
}

static void* execs(void* unused) {
    execl(self, self, "exit7", NULL);
    return unused;
}

static void* sleeps(void* unused) {
    for (;;) pause();
    return unused;
}

static int exec_by_thread(void) {
    pthread_t thread;
    for (int i = 0; i < 3; ++i) pthread_create(&thread, NULL, sleeps, NULL);
    pthread_create(&thread, NULL, execs, NULL);
    pthread_join(thread, NULL);
    return 1;
}

static volatile int handled;
static volatile int value_seen;

static void handle(int number, siginfo_t* info, void* context) {
    (void)number, (void)context;
    ++handled;
    value_seen = info->si_value.sival_int;
}

static void handle_with(int number, int flags) {
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | flags};
    sigaction(number, &action, NULL);
}

static int signals(void) {
    handle_with(SIGUSR1, 0);
    handle_with(SIGRTMIN + 3, 0);
    sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 41});
    if (handled != 1 || value_seen != 41) return 1;
    sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = 42});
    return handled == 2 && value_seen == 42 ? 0 : 2;
}

static int terminated(void) {
    raise(SIGTERM);
    return 1;
}

static int stops(void) {
    raise(SIGSTOP);
    return 5;
}

/// int 0x80 enters the kernel as a 32-bit program does.
static int compat(void) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L), "b"(0x11L), "c"(0x22L) : "memory", "r8", "r9", "r10", "r11");
    return result == getpid() ? 0 : 1;
}

/// epoll_wait as a 32-bit program calls it, on standard input, for `timeout` milliseconds.
static int patient_in_32_bits(int timeout) {
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event);
    struct epoll_event* low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(256L), "b"((long)epoll), "c"(low), "d"(1L), "S"((long)timeout)
                     : "memory", "r8", "r9", "r10", "r11");
    return result == 1 ? 0 : result == -EINTR ? 4 : 1;
}
static int patient_32(void) {
    return patient_in_32_bits(-1);
}
static int patient_32_for_a_while(void) {
    return patient_in_32_bits(600000);
}

/// semop by way of ipc, whose last register is none of its arguments. 0: SIGUSR2's handler ended it, and nothing before.
static volatile sig_atomic_t handled;
static void handles(int signal) {
    (void)signal;
    handled = 1;
}
static int semop_32(void) {
    signal(SIGUSR2, handles);
    int set = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf* low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    low->sem_op = -1;
    long result;
    __asm__ volatile("push %%rbp; mov $0x1234, %%ebp; int $0x80; pop %%rbp"
                     : "=a"(result)
                     : "a"(117L), "b"(1L), "c"((long)set), "d"(1L), "S"(0L), "D"(low)
                     : "memory", "r8", "r9", "r10", "r11");
    semctl(set, 0, IPC_RMID);
    return result == -EINTR && handled ? 0 : 4;
}

static int naps(void) {
    struct timespec nap = {0, 700000000};
    return nanosleep(&nap, NULL) == 0 ? 0 : 1;
}

/// Waits on standard input in epoll_wait; 0: input came, and nothing else was noticed.
static int patient_for(int timeout) {
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event);
    for (;;) {
        int ready = epoll_wait(epoll, &event, 1, timeout);
        if (ready == 1) return 0;
        if (ready < 0) return errno == EINTR ? 4 : 1;
        if (timeout < 0) return 2;
    }
}
static int patient(void) {
    return patient_for(-1);
}
static int patient_for_a_while(void) {
    return patient_for(600000);
}

/// Blocks in ways that the kernel restarts by itself: sigtimedwait, poll, futex, read.
static void* waits_for_signal(void* unused) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    if (sigwaitinfo(&set, NULL) < 0) _exit(8);
    return unused;
}
static void* polls(void* unused) {
    if (poll(NULL, 0, -1) < 0) _exit(9);
    return unused;
}
static int blocks_in_many_ways(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, waits_for_signal, NULL);
    pthread_create(&thread, NULL, polls, NULL);
    char byte;
    return read(0, &byte, 1) == 1 ? 0 : 6;
}

static void* lives_shortly(void* unused) {
    struct timespec nap = {0, 20000000};
    nanosleep(&nap, NULL);
    return unused;
}
__attribute__((noreturn)) static int storm(void) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 65536);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    for (;;) {
        pthread_t thread;
        pthread_create(&thread, &attributes, lives_shortly, NULL);
        struct timespec nap = {0, 200000};
        nanosleep(&nap, NULL);
    }
}

static void* spins(void* unused) {
    for (;;) getppid();
    return unused;
}
__attribute__((noreturn)) static int busy_threads(void) {
    pthread_t thread;
    for (int i = 0; i < 3; ++i) pthread_create(&thread, NULL, spins, NULL);
    struct timespec nap = {0, 1000000};
    for (;;) nanosleep(&nap, NULL);
}

/// After a byte on standard input: a thread, then a process.
static void* gets_tid(void* unused) {
    syscall(SYS_gettid);
    return unused;
}
static int one_of_each(void) {
    char byte;
    if (read(0, &byte, 1) != 1) return 1;
    pthread_t thread;
    pthread_create(&thread, NULL, gets_tid, NULL);
    pthread_join(thread, NULL);
    return forks();
}

static int waits_for_input(void) {
    char byte;
    return read(0, &byte, 1) == 1 ? 0 : 1;
}

static int counts_calls(void) {
    for (int i = 0; i < 100; ++i) getppid();
    close(dup(0));
    return 0;
}

static const struct {
    const char* name;
    int (*run)(void);
} scenarios[] = {
    {"forks", forks},
    {"vforks", vforks},
    {"vfork_that_lasts", vfork_that_lasts},
    {"clone3s", clone3s},
    {"exit7", exit7},
    {"exec_by_thread", exec_by_thread},
    {"signals", signals},
    {"terminated", terminated},
    {"stops", stops},
    {"compat", compat},
    {"naps", naps},
    {"patient", patient},
    {"patient_for_a_while", patient_for_a_while},
    {"patient_32", patient_32},
    {"semop_32", semop_32},
    {"patient_32_for_a_while", patient_32_for_a_while},
    {"blocks_in_many_ways", blocks_in_many_ways},
    {"storm", storm},
    {"busy_threads", busy_threads},
    {"one_of_each", one_of_each},
    {"waits_for_input", waits_for_input},
    {"counts_calls", counts_calls},
};

int main(int argc, char** argv) {
    self = argv[0];
    for (size_t i = 0; argc > 1 && i < sizeof scenarios / sizeof *scenarios; ++i) {
        if (strcmp(scenarios[i].name, argv[1]) == 0) return scenarios[i].run();
    }
    return 99;
}
