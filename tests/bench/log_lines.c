// A busy server in small: `log_lines THREADS ROUNDS`: each thread writes a line of a log into a pipe, waits for it in epoll_wait, reads it
// and wakes a futex, ROUNDS times. No two lines are alike.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long rounds;

static void* work(void* unused) {
    int ends[2], epoll = epoll_create1(0);
    uint32_t word = 0;
    unsigned seed = (unsigned)syscall(SYS_gettid);
    char line[256], taken[256];
    if (pipe(ends) != 0) abort();
    struct epoll_event event = {.events = EPOLLIN, .data.fd = ends[0]};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    for (long i = 0; i < rounds; ++i) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        const int length =
            snprintf(line, sizeof line, "%ld.%09ld level=info msg=\"request served\" id=%08x bytes=%d peer=10.0.%d.%d\n", (long)now.tv_sec,
                     now.tv_nsec, rand_r(&seed), rand_r(&seed) % 100000, rand_r(&seed) % 256, rand_r(&seed) % 256);
        if (write(ends[1], line, (size_t)length) != length || epoll_wait(epoll, &event, 1, -1) != 1 ||
            read(ends[0], taken, sizeof taken) != length)
            abort();
        syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
    return unused;
}

int main(int argc, char** argv) {
    enum { most = 64 };
    const int count = argc > 1 ? atoi(argv[1]) : 4;
    rounds = argc > 2 ? atol(argv[2]) : 5000;
    pthread_t threads[most];
    if (count < 1 || count > most) return 2;
    for (int i = 0; i < count; ++i)
        if (pthread_create(&threads[i], NULL, work, NULL) != 0) return 1;
    for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}
