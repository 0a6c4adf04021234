// seize PID [stop]: becomes the tracer of a thread, lets it run or stops it, and never asks for what else happens to it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    pid_t tracee = argc > 1 ? (pid_t)atoi(argv[1]) : 0;
    if (ptrace(PTRACE_SEIZE, tracee, NULL, NULL) != 0) {
        perror("seize");
        return 1;
    }
    if (argc > 2 && strcmp(argv[2], "stop") == 0) {
        if (ptrace(PTRACE_INTERRUPT, tracee, NULL, NULL) != 0 || waitpid(tracee, NULL, __WALL) != tracee) return 1;
    }
    for (;;) pause();
}
