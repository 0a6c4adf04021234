// Waiting on descriptors: poll, select, epoll, eventfd, timerfd, inotify; and on memory: futexes.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

int main(void) {
    int pipes[2];
    char bytes[100];
    pipe(pipes);
    struct pollfd asked[3] = {{pipes[0], POLLIN, 0}, {pipes[1], POLLIN | POLLOUT, 0}, {-1, POLLIN, 0}};
    poll(asked, 3, 10);
    poll(asked, 1, 1);
    poll(NULL, 0, 1);
    struct timespec none = {0, 0};
    ppoll(asked, 1, &none, NULL);
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(pipes[0], &readable);
    struct timeval zero = {0, 0};
    select(10, &readable, NULL, NULL, &zero);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {EPOLLIN | EPOLLET, {.u64 = 0x1234567800000005}}, events[4];
    epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event);
    epoll_wait(epoll, events, 4, 0);
    write(pipes[1], "x", 1);
    epoll_wait(epoll, events, 4, 0);
    epoll_pwait(epoll, events, 4, 0, NULL);
    epoll_ctl(epoll, EPOLL_CTL_MOD, pipes[0], &event);
    epoll_ctl(epoll, EPOLL_CTL_DEL, pipes[0], &event);
    epoll_ctl(epoll, EPOLL_CTL_DEL, pipes[0], NULL);
    epoll_wait(99, events, 4, 0);
    int counter = eventfd(5, EFD_CLOEXEC | EFD_NONBLOCK);
    uint64_t count = 3;
    write(counter, &count, 8);
    read(counter, &count, 8);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec time = {{0, 0}, {0, 0}};
    timerfd_settime(timer, 0, &time, NULL);
    timerfd_gettime(timer, &time);
    int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    inotify_rm_watch(watch, inotify_add_watch(watch, ".", IN_CREATE | IN_DELETE_SELF));
    uint32_t word = 0;
    struct timespec short_time = {0, 1000};
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 1, NULL);
    syscall(SYS_futex, &word, FUTEX_WAIT, 0, &short_time);
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
    syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 1, &short_time, NULL, -1);
    syscall(SYS_futex, &word, FUTEX_WAKE_BITSET, 1, 0, 0, 5);
    syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE_PRIVATE, 1, 2, &word, 3);
    syscall(SYS_futex, &word, FUTEX_WAKE_OP, 1, 2, &word, 0x12003004);
    syscall(SYS_futex, &word, 77, 1, 2, 3, 4);
    nanosleep(&short_time, NULL);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &none, NULL);
    clock_getres(CLOCK_MONOTONIC, &none);
    syscall(SYS_clock_gettime, 77, &none);
    read(pipes[0], bytes, sizeof bytes);
    return 0;
}
