// What ptrace costs at the least: PTRACE_SYSCALL, waitpid and PTRACE_GET_SYSCALL_INFO for each stop, and nothing printed.
//
//   bare_loop [-1] [-s] COMMAND [ARG…]     -1: on one CPU together with the command;  -s: wait by spinning
//
// Follows forks and threads. Prints the number of stops on standard error and ends with the command's status.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static const unsigned long options =
    PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

static void share_one_cpu(void) {
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET((unsigned)sched_getcpu(), &here);
    sched_setaffinity(0, sizeof here, &here);
}

int main(int argc, char** argv) {
    int spin = 0, option;
    while ((option = getopt(argc, argv, "+1s")) != -1) {
        if (option == '1') share_one_cpu();
        if (option == 's') spin = 1;
    }
    if (optind == argc) return 2;
    const pid_t child = fork();
    if (child == 0) {
        raise(SIGSTOP);
        execvp(argv[optind], argv + optind);
        _exit(127);
    }
    int status = 0, result = 0;
    long stops = 0;
    waitpid(child, &status, WUNTRACED);
    if (ptrace(PTRACE_SEIZE, child, NULL, (void*)options) != 0) {
        perror("bare_loop: PTRACE_SEIZE");
        kill(child, SIGKILL);
        return 1;
    }
    kill(child, SIGCONT);
    for (pid_t tid; (tid = waitpid(-1, &status, __WALL | (spin ? WNOHANG : 0))) >= 0;) {
        if (tid == 0) continue;
        if (!WIFSTOPPED(status)) {
            if (tid == child) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        ++stops;
        const int event = status >> 16, signal = WSTOPSIG(status);
        int deliver = 0;
        if (signal == (SIGTRAP | 0x80)) {
            struct __ptrace_syscall_info info;
            ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void*)sizeof info, &info);
        } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
            ptrace(PTRACE_LISTEN, tid, NULL, NULL);
            continue;
        } else if (event == 0) {
            deliver = signal;
        }
        ptrace(PTRACE_SYSCALL, tid, NULL, (void*)(long)deliver);
    }
    fprintf(stderr, "%ld stops\n", stops);
    return result;
}
