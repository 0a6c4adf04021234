// A Go program that notices when it is disturbed: one thread spins and keeps the longest time between two looks at the clock, one waits in
// epoll_wait and counts how often that ends with EINTR, and fifty goroutines wait. For each line of standard input it prints what it saw
// since the last one.
package main

/*
#cgo LDFLAGS: -pthread
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Atomic uint64_t longest_gap, long_gaps, interrupted;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void *spin(void *unused) {
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), -19);
    for (uint64_t before = now();;) {
        const uint64_t after = now(), gap = after - before;
        if (gap > longest_gap) longest_gap = gap;
        if (gap > 50000) ++long_gaps;
        before = after;
    }
    return unused;
}

static void *wait_for_nothing(void *unused) {
    const int epoll = epoll_create1(0);
    struct epoll_event event;
    for (;;) {
        if (epoll_wait(epoll, &event, 1, -1) < 0 && errno == EINTR) ++interrupted;
    }
    return unused;
}

static void start(void) {
    pthread_t thread;
    pthread_create(&thread, 0, spin, 0);
    pthread_create(&thread, 0, wait_for_nothing, 0);
}

static uint64_t take(_Atomic uint64_t *value) { return atomic_exchange(value, 0); }
static uint64_t take_longest(void) { return take(&longest_gap); }
static uint64_t take_long(void) { return take(&long_gaps); }
static uint64_t take_interrupted(void) { return take(&interrupted); }
*/
import "C"

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	blocked := make(chan struct{})
	for i := 0; i < 50; i++ {
		go func() { <-blocked }()
	}
	C.start()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(C.take_longest(), C.take_long(), C.take_interrupted())
	}
}
