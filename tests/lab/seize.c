// seize PID [stop]: becomes the tracer of a process, lets it run or stops all its threads, and never asks for what else happens to it.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int seize(pid_t thread, int stop) {
    if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) != 0) return -1;
    if (!stop) return 0;
    return ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) == 0 && waitpid(thread, NULL, __WALL) == thread ? 0 : -1;
}

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", atoi(argv[1]));
    DIR* threads = opendir(path);
    for (struct dirent* entry; threads != NULL && (entry = readdir(threads)) != NULL;) {
        pid_t thread = (pid_t)atoi(entry->d_name);
        if (thread != 0 && seize(thread, argc > 2 && strcmp(argv[2], "stop") == 0) != 0) {
            perror("seize");
            return 1;
        }
    }
    for (;;) pause();
}
