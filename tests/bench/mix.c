// A load of cheap calls: `mix THREADS ROUNDS` does read and write of a pipe, futex, epoll_wait and getppid, ROUNDS times in
// each of THREADS threads.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

static long rounds;

static void* work(void* unused) {
    int ends[2], epoll = epoll_create1(0);
    uint32_t word = 0;
    if (pipe(ends) != 0) abort();
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
    for (long i = 0; i < rounds; ++i) {
        char byte = 'x';
        if (write(ends[1], &byte, 1) != 1 || epoll_wait(epoll, &event, 1, -1) != 1 || read(ends[0], &byte, 1) != 1) abort();
        syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
        getppid();
    }
    return unused;
}

int main(int argc, char** argv) {
    enum { most = 256 };
    pthread_t threads[most];
    const int count = argc > 2 ? atoi(argv[1]) : 0;
    if (count < 1 || count > most) return 2;
    rounds = atol(argv[2]);
    for (int i = 0; i < count; ++i) pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
    return 0;
}
