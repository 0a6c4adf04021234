// A child that the kernel attaches to the tracer of its parent, though children are not followed; it is killed, and waited for.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(void* none) {
    (void)none;
    for (;;) pause();
}

int main(void) {
    char* stack = aligned_alloc(16, 65536);
    const pid_t pid = clone(child, stack + 65536, CLONE_PTRACE | SIGCHLD, NULL);
    kill(pid, SIGUSR1);
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1 ? 0 : 1;
}
