// Structs that have grown, lists and strings that end where memory does, sizes that are not the kernel's: each as strace shows it.
// options:
// options: -v
// options: -X verbose
// options: -X raw
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/kcmp.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

// Two pages, of which the second cannot be read.
static char* edge;

static void* at_edge(const void* bytes, size_t size) {
    return memcpy(edge - size, bytes, size);
}

static void grown(void) {
    struct {
        struct open_how how;
        unsigned char more[8];
    } bigger = {.how = {.flags = O_RDONLY}};
    syscall(SYS_openat2, -1, "file", &bigger, sizeof bigger);
    memset(bigger.more, 0x81, sizeof bigger.more);
    syscall(SYS_openat2, -1, "file", &bigger, sizeof bigger);
    syscall(SYS_openat2, -1, "file", at_edge(&bigger.how, sizeof bigger.how), sizeof bigger);
    syscall(SYS_openat2, -1, "file", &bigger, 8);
    struct {
        struct clone_args args;
        uint64_t more;
    } child = {.args = {.exit_signal = 300}, .more = 1};
    syscall(SYS_clone3, &child, sizeof child);
    child.args.exit_signal = 0xdeadbeef12345678;
    syscall(SYS_clone3, &child, 64);
    int ids[2] = {1, 2};
    child.args = (struct clone_args){.flags = 1, .set_tid = (uintptr_t)ids, .set_tid_size = 2};
    syscall(SYS_clone3, &child, sizeof child.args);
    uint32_t attributes[16] = {1};
    syscall(SYS_sched_setattr, 0, attributes, 0);
    attributes[0] = 60;
    syscall(SYS_sched_setattr, -1, attributes, 0);
}

static void lists(void) {
    struct pollfd one = {.fd = -5};
    poll(at_edge(&one, sizeof one), 2, 0);
    struct iovec vector = {"x", 1};
    syscall(SYS_pwritev, -1, at_edge(&vector, sizeof vector), 2, 0);
    char* words[] = {"name", "first"};
    syscall(SYS_execve, "/nowhere", at_edge(words, sizeof words), 0);
    unsigned groups[] = {1, 2};
    syscall(SYS_setgroups, 3, at_edge(groups, sizeof groups));
    syscall(SYS_setgroups, 70000, groups);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(1, &set);
    select(2, 0, &set, 0, 0);
    select(-1, &set, 0, 0, 0);
}

static void texts(void) {
    at_edge("fifteen letters!", 16);
    prctl(PR_SET_NAME, edge - 15);
    prctl(PR_SET_NAME, edge - 3);
    prctl(PR_SET_NAME, "short");
    char many[80];
    memset(many, 'n', sizeof many);
    syscall(SYS_sethostname, at_edge(many, sizeof many), 65);
    syscall(SYS_reboot, 1, 2, 0xa1b2c3d4, "again");
    syscall(SYS_memfd_create, edge - 2, 0);
    write(-1, edge - 33, 34);
    write(-1, edge - 32, 33);
}

static void commands(void) {
    prctl(PR_SET_PDEATHSIG, 0x123456789abcdefUL);
    prctl(PR_SET_SECCOMP, -1UL, 1, 2, 3);
    prctl(0x53564d41, 7, 1, 2, 3);
    prctl(55, 0x57ae57f4UL, 1, 2, 3);
    uint64_t mask = 0;
    syscall(SYS_arch_prctl, 0x1021, &mask);
    syscall(SYS_arch_prctl, 0x1023, 99);
    syscall(SYS_arch_prctl, 0x1004, &mask);
    syscall(SYS_futex, &mask, 0x101, 1);
    syscall(SYS_futex, &mask, 0x82, 1);
    syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, 0, 0);
    uint32_t slot[3] = {1, 2, 3};
    syscall(SYS_kcmp, getpid(), -1, KCMP_EPOLL_TFD, 0, slot);
    syscall(SYS_personality, 0xffffffff);
    syscall(SYS_ioprio_set, 2, 1 << 30, 0x1fff);
    syscall(SYS_syslog, 8, 0, 99);
    syscall(SYS_kexec_load, 1, 17, &mask, 0x2a0001);
    uint32_t segment[4] = {1, 2, 3, 0x7f};
    syscall(SYS_modify_ldt, 77, segment, 16);
    syscall(SYS_modify_ldt, 77, segment, 15);
    uint64_t signals = 0;
    syscall(SYS_rt_sigpending, &signals, 4);
}

static void options(void) {
    int one = 1, type = 0;
    setsockopt(-1, SOL_SOCKET, SO_KEEPALIVE, &one, 5);
    setsockopt(-1, SOL_SOCKET, SO_KEEPALIVE, &one, 3);
    struct packet_mreq membership = {.mr_type = 0, .mr_alen = 2};
    setsockopt(-1, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof membership);
    setsockopt(-1, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof membership + 1);
    unsigned filter = ~9u;
    setsockopt(-1, SOL_RAW, 1, &filter, 4);
    int pair[2];
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    socklen_t length = 3;
    getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &type, &length);
    struct sock_filter instruction = {6, 0, 0, 0xffff};
    struct sock_fprog program = {1, &instruction};
    setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    struct sock_filter read_back[4];
    length = 4;
    getsockopt(pair[0], SOL_SOCKET, SO_GET_FILTER, read_back, &length);
    struct sockaddr_in6 local = {.sin6_family = AF_INET6, .sin6_addr = {.s6_addr = {0xfe, 0x80}}, .sin6_scope_id = 1};
    connect(-1, (void*)&local, sizeof local);
    connect(-1, at_edge(&local, 8), sizeof local);
}

static void registers(void) {
    const pid_t nobody = -1;
    struct user_regs_struct general;
    struct iovec set = {&general, 16};
    ptrace(PTRACE_GETREGSET, nobody, 1, &set);
    set.iov_len = 9;
    ptrace(PTRACE_SETREGSET, nobody, 1, &set);
    ptrace(PTRACE_GETREGS, -1, 0, &general);
    uint64_t mask = 0;
    ptrace(PTRACE_GETSIGMASK, nobody, 8, &mask);
    ptrace(0xdeadbeef00000001UL, nobody, 0, 0);
    char info[88];
    ptrace(PTRACE_GET_SYSCALL_INFO, nobody, 7, info);
}

int main(void) {
    char* pages = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(pages + 4096, 4096, PROT_NONE);
    edge = pages + 4096;
    grown();
    lists();
    texts();
    commands();
    options();
    registers();
    return 0;
}
