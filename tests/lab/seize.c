// seize PID: becomes the tracer of a thread, lets it run, and never asks for what happens to it.
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc != 2 || ptrace(PTRACE_SEIZE, (pid_t)atoi(argv[1]), NULL, NULL) != 0) {
        perror("seize");
        return 1;
    }
    for (;;) pause();
}
