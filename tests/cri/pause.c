// A pod's first process: reaps what it inherits until it is told to end.
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static void on_signal(int number) {
    if (number != SIGCHLD) _exit(0);
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

int main(void) {
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    signal(SIGCHLD, on_signal);
    for (;;) pause();
}
