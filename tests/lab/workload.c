// Healthy workloads by name: `workload KIND`. Each waits or works as real programs do, for ever, and nothing is wrong with any.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void for_ever(void) {
    for (;;) pause();
}

static void must(int good, const char* what) {
    if (good) return;
    perror(what);
    exit(1);
}

static void milliseconds(long count) {
    nanosleep(&(struct timespec){count / 1000, count % 1000 * 1000000}, NULL);
}

static int listener(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    must(bind(fd, (struct sockaddr*)&address, sizeof address) == 0 && listen(fd, 16) == 0, "listen");
    return fd;
}

static int client(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    must(connect(fd, (struct sockaddr*)&address, sizeof address) == 0, "connect");
    return fd;
}

// A web server: a master that waits for signals, workers that accept.
static void prefork(void) {
    const int fd = listener(0);
    for (int i = 0; i < 4; ++i)
        if (fork() == 0)
            for (;;) close(accept(fd, NULL, NULL));
    sigset_t none;
    sigemptyset(&none);
    for (;;) sigsuspend(&none);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void* waits(void* unused) {
    pthread_mutex_lock(&mutex);
    for (;;) pthread_cond_wait(&never, &mutex);
    return unused;
}

static void* ticks(void* unused) {
    for (;;) milliseconds(10);
    return unused;
}

// As a Java program: many threads that rest, the first joins another.
static void threads(void) {
    pthread_t thread;
    for (int i = 0; i < 100; ++i) must(pthread_create(&thread, NULL, i % 10 ? waits : ticks, NULL) == 0, "pthread_create");
    pthread_join(thread, NULL);
}

// The first thread has ended, the others go on.
static void leader_gone(void) {
    pthread_t thread;
    must(pthread_create(&thread, NULL, ticks, NULL) == 0, "pthread_create");
    pthread_exit(NULL);
}

static void fsync_loop(void) {
    const int fd = open("/tmp/journal", O_RDWR | O_CREAT, 0600);
    char page[8192] = {0};
    for (;;) {
        must(pwrite(fd, page, sizeof page, 0) > 0 && fsync(fd) == 0, "fsync");
        milliseconds(1);
    }
}

static void take_turns(int with_fcntl) {
    for (int i = 0; i < 3; ++i) {
        if (fork() != 0) continue;
        const int fd = open("/tmp/lock", O_RDWR | O_CREAT, 0600);
        struct flock whole = {.l_type = F_WRLCK};
        for (;;) {
            whole.l_type = F_WRLCK;
            if (with_fcntl)
                fcntl(fd, F_SETLKW, &whole);
            else
                flock(fd, LOCK_EX);
            milliseconds(20);
            whole.l_type = F_UNLCK;
            if (with_fcntl)
                fcntl(fd, F_SETLK, &whole);
            else
                flock(fd, LOCK_UN);
        }
    }
    wait(NULL);
}

static void flock_turns(void) {
    take_turns(0);
}
static void fcntl_turns(void) {
    take_turns(1);
}

static void futex_ping_pong(void) {
    int* word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    const int self = fork() == 0;
    for (;;) {
        while (__atomic_load_n(word, __ATOMIC_SEQ_CST) % 2 != self) syscall(SYS_futex, word, FUTEX_WAIT, !self, NULL, NULL, 0);
        milliseconds(5);
        __atomic_store_n(word, !self, __ATOMIC_SEQ_CST);
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

static void io_uring(void) {
    struct io_uring_params parameters = {0};
    const int ring = (int)syscall(SYS_io_uring_setup, 8, &parameters);
    if (ring < 0) for_ever();
    for (;;) syscall(SYS_io_uring_enter, ring, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0);
}

// Both sides of an idle connection, one in epoll, one in recv.
static void idle_connection(void) {
    const int fd = listener(7001);
    if (fork() == 0) {
        char byte;
        recv(client(7001), &byte, 1, 0);
        exit(0);
    }
    const int set = epoll_create1(0), peer = accept(fd, NULL, NULL);
    struct epoll_event event = {.events = EPOLLIN, .data = {.fd = peer}};
    epoll_ctl(set, EPOLL_CTL_ADD, peer, &event);
    for (;;) epoll_wait(set, &event, 1, -1);
}

// A client that is fed faster than it reads: the server's send blocks, inside the container.
static void slow_client(void) {
    const int fd = listener(7002);
    if (fork() == 0) {
        client(7002);
        for_ever();
    }
    const int peer = accept(fd, NULL, NULL);
    char bytes[65536] = {0};
    for (;;) send(peer, bytes, sizeof bytes, 0);
}

static void socketpair_reader(void) {
    int ends[2];
    char byte;
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    if (fork() == 0) for_ever();
    for (;;) recv(ends[0], &byte, 1, 0);
}

static void unix_server(void) {
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/server"};
    char bytes[64];
    must(bind(fd, (struct sockaddr*)&address, sizeof address) == 0, "bind");
    for (;;) recv(fd, bytes, sizeof bytes, 0);
}

static void udp_server(void) {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(7053)};
    char bytes[64];
    bind(fd, (struct sockaddr*)&address, sizeof address);
    for (;;) recvfrom(fd, bytes, sizeof bytes, 0, NULL, NULL);
}

// Connects to where nobody answers: the kernel sends SYN after SYN.
static void connects(void) {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0), listening = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/full"};
    must(bind(listening, (struct sockaddr*)&address, sizeof address) == 0 && listen(listening, 0) == 0, "listen");
    connect(fd, (struct sockaddr*)&address, sizeof address);
    if (fork() == 0) {
        connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr*)&address, sizeof address);
        for_ever();
    }
    for_ever();
}

// `yes | sleep`: a pipe between two of its own programs is full.
static void pipeline(void) {
    int ends[2];
    char bytes[4096] = {0};
    must(pipe(ends) == 0, "pipe");
    if (fork() == 0) {
        close(ends[1]);
        for_ever();
    }
    close(ends[0]);
    for (;;) must(write(ends[1], bytes, sizeof bytes) > 0, "write");
}

static void inotify(void) {
    char bytes[4096];
    const int fd = inotify_init();
    inotify_add_watch(fd, "/tmp", IN_CREATE);
    for (;;) must(read(fd, bytes, sizeof bytes) > 0, "read");
}

static void message_queues(void) {
    char bytes[8192];
    const int sems = semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT), queue = msgget(IPC_PRIVATE, 0600 | IPC_CREAT);
    if (fork() == 0) semop(sems, &(struct sembuf){.sem_op = -1}, 1);
    if (fork() == 0) {
        struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 8192};
        const mqd_t posix = mq_open("/queue", O_RDWR | O_CREAT, 0600, &attributes);
        for (;;)
            if (mq_receive(posix, bytes, sizeof bytes, NULL) < 0) pause();
    }
    for (;;) msgrcv(queue, bytes, 100, 0, 0);
}

// The descriptors that event loops wait on.
static void event_descriptors(void) {
    uint64_t count;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    const int timer = timerfd_create(CLOCK_MONOTONIC, 0), set = signalfd(-1, &all, 0);
    timerfd_settime(timer, 0, &(struct itimerspec){.it_value = {99999, 0}}, NULL);
    if (fork() == 0)
        for (;;) must(read(timer, &count, sizeof count) > 0, "timerfd");
    if (fork() == 0) {
        struct signalfd_siginfo info;
        for (;;) must(read(set, &info, sizeof info) > 0, "signalfd");
    }
    if (fork() == 0) {
        siginfo_t info;
        for (;;) sigwaitinfo(&all, &info);
    }
    const int event = eventfd(0, 0);
    for (;;) must(read(event, &count, sizeof count) > 0, "eventfd");
}

static void runs_programs(void) {
    for (;;) {
        const pid_t child = vfork();
        if (child == 0) {
            execl("/bin/true", "true", NULL);
            _exit(1);
        }
        waitpid(child, NULL, 0);
        milliseconds(5);
    }
}

// A debugger and its program, both inside, that go on from stop to stop.
static void debugger(void) {
    const pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        for (;;) milliseconds(5);
    }
    for (;;) {
        waitpid(child, NULL, 0);
        milliseconds(2);
        ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    }
}

// A shell's stopped job, at a terminal.
static void stopped_job(void) {
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    must(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0, "posix_openpt");
    if (fork() == 0) {
        setsid();
        const int terminal = open(ptsname(master), O_RDWR);
        must(terminal >= 0 && ioctl(terminal, TIOCSCTTY, 0) == 0, "TIOCSCTTY");
        const pid_t job = fork();
        if (job == 0) for_ever();
        setpgid(job, job);
        kill(job, SIGSTOP);
        for_ever();
    }
    for_ever();
}

// Children that have ended and that it will never ask about.
static void zombies(void) {
    for (int i = 0; i < 3; ++i)
        if (fork() == 0) _exit(0);
    for_ever();
}

static void nested_pid_namespace(void) {
    must(unshare(CLONE_NEWPID) == 0, "unshare");
    if (fork() == 0) {
        if (fork() == 0) for_ever();
        for_ever();
    }
    wait(NULL);
}

// 100 KB at a time, with pauses.
static void bursts(void) {
    static char bytes[100000];
    memset(bytes, 'x', sizeof bytes);
    for (;;) {
        for (size_t done = 0; done < sizeof bytes;) {
            const ssize_t more = write(1, bytes + done, sizeof bytes - done);
            must(more > 0, "write");
            done += (size_t)more;
        }
        milliseconds(300);
    }
}

static void closes_streams(void) {
    for (int fd = 0; fd < 3; ++fd) close(fd);
    setsid();
    for_ever();
}

static void splices(void) {
    int from[2], to[2];
    must(pipe(from) == 0 && pipe(to) == 0, "pipe");
    if (fork() == 0) {
        close(from[0]);
        for_ever();
    }
    for (;;) splice(from[0], NULL, to[1], NULL, 4096, 0);
}

static void fills_and_drops_memory(void) {
    for (;;) {
        char* bytes = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(bytes, 1, 8 << 20);
        munmap(bytes, 8 << 20);
        milliseconds(20);
    }
}

/// Its parent sleeps uninterruptibly for as long as the child neither execs nor ends.
static void vforks(void) {
    if (vfork() == 0) {
        sleep(9999);
        _exit(0);
    }
}

static void forks_daemons(void) {
    for (;;) {
        if (fork() == 0) {
            if (fork() == 0) milliseconds(50);
            _exit(0);
        }
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
        milliseconds(20);
    }
}

static const struct {
    const char* name;
    void (*run)(void);
} kinds[] = {
    {"prefork", prefork},
    {"threads", threads},
    {"leader-gone", leader_gone},
    {"fsync", fsync_loop},
    {"flock-turns", flock_turns},
    {"fcntl-turns", fcntl_turns},
    {"futex", futex_ping_pong},
    {"io-uring", io_uring},
    {"idle-connection", idle_connection},
    {"slow-client", slow_client},
    {"socketpair", socketpair_reader},
    {"unix-server", unix_server},
    {"udp-server", udp_server},
    {"connects", connects},
    {"pipeline", pipeline},
    {"inotify", inotify},
    {"message-queues", message_queues},
    {"event-descriptors", event_descriptors},
    {"runs-programs", runs_programs},
    {"debugger", debugger},
    {"stopped-job", stopped_job},
    {"zombies", zombies},
    {"nested-pid-namespace", nested_pid_namespace},
    {"bursts", bursts},
    {"closes-streams", closes_streams},
    {"splices", splices},
    {"memory", fills_and_drops_memory},
    {"vforks", vforks},
    {"daemons", forks_daemons},
};

int main(int count, char** arguments) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
        if (count < 2)
            puts(kinds[i].name);
        else if (strcmp(arguments[1], kinds[i].name) == 0)
            kinds[i].run();
    }
    return count < 2 ? 0 : 2;
}
