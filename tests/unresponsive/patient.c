// patient MODE FILE: a process that FILE's file system makes wait, or that hands out memory of it. FILE has at least four pages, of which
// the first can be read. Prints "ready" once it waits.
//   locked    a second thread waits for a page, and a third, in mmap(2), for that: with the lock of the process's mappings held
//   path      a thread blocks in open(2) of a fifo, and its path's page has since become one of FILE
//   polled    likewise a thread in poll(2) and its descriptors
//   caller    after a line on stdin, a thread calls access(2) with a path on a page of FILE while the first goes on with getpid(2)
//   writer    after a line on stdin, writes a page of FILE to its standard output
//   handled   a thread blocks in open(2) of a fifo, and its path's page has since become one that comes only when a process answers for it
//   sender    a second thread sends a page of FILE over TCP, with the socket's lock held
//   idle      nothing: it is looked at itself
//   reader    a second thread reads a pipe, with the pipe's lock held, into a page of FILE
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <malloc.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { page = 4096 };
static int file;
static char* unread;  // a page of the file
static char* anonymous;
static char fifo[256];
static int pipes[2];

static char* map(void* where, off_t offset) {
    char* const place = mmap(where, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | (where ? MAP_FIXED : 0), file, offset);
    if (place == MAP_FAILED) perror("mmap"), exit(1);
    return place;
}

static void* touch(void* unused) {
    (void)unused;
    return (void*)(long)*(volatile char*)unread;
}
static void* map_again(void* unused) {
    (void)unused;
    return map(NULL, 2 * page);
}
static void* open_fifo(void* unused) {
    (void)unused;
    open(anonymous, O_RDONLY);
    return NULL;
}
static void* poll_pipe(void* unused) {
    (void)unused;
    poll((struct pollfd*)anonymous, 1, -1);
    return NULL;
}
static void* call(void* unused) {
    (void)unused;
    syscall(SYS_access, unread, F_OK);
    return NULL;
}
static void* read_pipe(void* unused) {
    (void)unused;
    if (read(pipes[0], unread, 16) < 0) perror("read");
    return NULL;
}

static void* send_page(void* socket) {
    if (send(*(int*)socket, unread, page, 0) < 0) perror("send");
    return NULL;
}

/// Both ends are this process's.
static int connected(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr*)&address, length) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr*)&address, &length) != 0 || connect(client, (struct sockaddr*)&address, length) != 0)
        perror("TCP"), exit(1);
    return client;
}

/// A page of which nobody answers when it is missing.
static void hand_over(void* where) {
    const int handler = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
    struct uffdio_api api = {.api = UFFD_API};
    struct uffdio_register range = {.range = {(unsigned long)where, page}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    if (handler < 0 || ioctl(handler, UFFDIO_API, &api) != 0 || madvise(where, page, MADV_DONTNEED) != 0 ||
        ioctl(handler, UFFDIO_REGISTER, &range) != 0)
        perror("userfaultfd"), exit(1);
}

/// The newest thread sleeps, and goes on sleeping: none of these can say that it waits.
static int newest_sleeps(void) {
    long newest = 0;
    DIR* const tasks = opendir("/proc/self/task");
    for (const struct dirent* entry; (entry = readdir(tasks)) != NULL;)
        if (atol(entry->d_name) > newest) newest = atol(entry->d_name);
    closedir(tasks);
    for (int looks = 0; looks < 5; ++looks) {
        char name[64], state = 0;
        snprintf(name, sizeof name, "/proc/self/task/%ld/stat", newest);
        FILE* const stat = fopen(name, "r");
        if (!stat || fscanf(stat, "%*d (%*[^)]) %c", &state) != 1) state = 0;
        if (stat) fclose(stat);
        if (state != 'S' && state != 'D') return 0;
        usleep(10000);
    }
    return 1;
}

static void start_with(void* (*work)(void*), void* argument) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, argument) != 0) perror("pthread_create"), exit(1);
    for (int tries = 0; tries < 500 && !newest_sleeps(); ++tries) usleep(10000);
}
static void start(void* (*work)(void*)) {
    start_with(work, NULL);
}

/// Once mappings are locked, memory that is touched for the first time is waited for as long as these are: so all that this program needs
/// is touched before, and kept.
static void touch_memory(void) {
    enum { enough = 1 << 18 };
    mallopt(M_TRIM_THRESHOLD, 4 * enough);
    mallopt(M_MMAP_THRESHOLD, 4 * enough);
    volatile char on_stack[enough / 4];
    for (size_t i = 0; i < sizeof on_stack; i += page) on_stack[i] = 1;
    volatile char* const on_heap = malloc(enough);
    if (!on_heap) perror("malloc"), exit(1);
    for (size_t i = 0; i < enough; i += page) on_heap[i] = 1;
    free((void*)on_heap);
}

static void say_ready(void) {
    if (write(STDOUT_FILENO, "ready\n", 6) != 6) perror("write");
}

static void await_line(void) {
    say_ready();
    while (getchar() != '\n') {
    }
}

int main(int argc, char** argv) {
    touch_memory();
    const char* const name = strrchr(argv[0], '/');
    if (name && strcmp(name, "/patient") != 0 && strcmp(name, "/file") != 0)
        for (;;) usleep(50000);  // under another name nothing but a command line; it moves, so that nobody looks again
    if (argc != 3) return 2;
    const char* const mode = argv[1];
    file = open(argv[2], O_RDONLY);
    if (file < 0) return perror(argv[2]), 1;
    anonymous = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pipe(pipes) != 0) return perror("pipe"), 1;
    if (strcmp(mode, "locked") == 0) {
        unread = map(NULL, page);
        start(touch);
        start(map_again);
    } else if (strcmp(mode, "path") == 0 || strcmp(mode, "handled") == 0) {
        snprintf(fifo, sizeof fifo, "%s/patient-%d", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", getpid());
        if (mkfifo(fifo, 0600) != 0) return perror(fifo), 1;
        strcpy(anonymous, fifo);
        start(open_fifo);
        if (strcmp(mode, "path") == 0)
            map(anonymous, page);
        else
            hand_over(anonymous);
    } else if (strcmp(mode, "sender") == 0) {
        unread = map(NULL, page);
        static int socket;
        socket = connected();
        start_with(send_page, &socket);
    } else if (strcmp(mode, "polled") == 0) {
        *(struct pollfd*)anonymous = (struct pollfd){.fd = pipes[0], .events = POLLIN};
        start(poll_pipe);
        map(anonymous, page);
    } else if (strcmp(mode, "caller") == 0) {
        unread = map(NULL, page);
        await_line();
        start(call);
        for (;;) {
            syscall(SYS_getpid);
            usleep(10000);
        }
    } else if (strcmp(mode, "writer") == 0) {
        unread = map(NULL, page);
        await_line();
        return write(STDOUT_FILENO, unread, 64) == 64 ? 0 : 1;
    } else if (strcmp(mode, "reader") == 0) {
        unread = map(NULL, page);
        if (write(pipes[1], "0123456789abcdef", 16) != 16) return 1;
        start(read_pipe);
    } else if (strcmp(mode, "idle") != 0) {
        return 2;
    }
    say_ready();
    for (;;) pause();
}
