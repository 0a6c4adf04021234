// Writes standard output for ever: `headless` from a thread whose process's first thread has exited; `headless retry` without blocking,
// trying again every 20 ms where there is no room.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void* writes(void* unused) {
    static char text[4096];
    memset(text, 'x', sizeof text);
    for (;;)
        if (write(1, text, sizeof text) < 0 && errno == EAGAIN) nanosleep(&(struct timespec){0, 20000000}, NULL);
    return unused;
}

int main(int argc, char** argv) {
    if (argc > 1 && strcmp(argv[1], "retry") == 0) {
        fcntl(1, F_SETFL, fcntl(1, F_GETFL) | O_NONBLOCK);
        writes(NULL);
    }
    pthread_t thread;
    pthread_create(&thread, NULL, writes, NULL);
    pthread_exit(NULL);
}
