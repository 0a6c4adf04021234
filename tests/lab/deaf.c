// Blocks SIGTERM, and sleeps.
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

int main(void) {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    for (;;) sleep(1000);
}
