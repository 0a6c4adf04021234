// What options change: the same few calls under each line of options below.
// options: -s 0
// options: -n -i
// options: -y
// options: -yy
// options: -Y -e trace=getpid,gettid,set_tid_address,prctl,kill
// options: -X raw
// options: -X verbose
// options: -P ./file -P /etc/ld.so.cache -y
// options: -P /proc/self/cwd
// options: -e read=all -e write=!2
// options: -e raw=openat,writev,close
// options: -e verbose=none -e trace=!rt_sigreturn
// options: -e abbrev=!fstat,newfstatat
// options: -e decode-fds=dev,socket
// options: --decode-fds=path --syscall-times=ns
// options: --absolute-timestamps=unix,ms --strings-in-hex=non-ascii-chars
// options: --strings-in-hex=non-ascii -e trace=write,openat@64 -e signal=usr1
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void handle(int signal) {
    (void)signal;
}

int main(void) {
    char bytes[100];
    struct stat status;
    int file = open("./file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(file, "\08\09\18a\07\1\377 and more text than strace shows of it", 50);
    pread(file, bytes, 20, 3);
    struct iovec two[2] = {{"abc", 3}, {"defghijklmnopqrstuvwxyz", 20}};
    writev(file, two, 2);
    write(file, "", 0);
    fstat(file, &status);
    read(99, bytes, 3);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct pollfd ready = {null, POLLOUT};
    poll(&ready, 1, 0);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(null, &set);
    select(null + 1, NULL, &set, NULL, NULL);
    fcntl(null, F_GETFL);
    fcntl(null, F_GETFD);
    mknod("absent/device", S_IFCHR | 0600, makedev(1, 3));
    struct rlimit limit = {4096, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    close(signalfd(-1, &mask, SFD_CLOEXEC));
    close(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    close(socket(AF_INET, SOCK_DGRAM, 0));
    close(socket(AF_NETLINK, SOCK_RAW, 0));
    dup2(null, file);
    dup2(null, 50);
    dup2(null, null);
    dup3(null, 51, O_CLOEXEC);
    fstat(file, &status);
    struct sockaddr_un name = {AF_UNIX, "\0shimtrace"};
    int abstract = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(abstract, (struct sockaddr*)&name, sizeof(sa_family_t) + 10);
    listen(abstract, 1);
    close(abstract);
    int ended;
    if (fork() == 0) _exit(2);
    wait(&ended);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR1, handle);
    prctl(PR_SET_NAME, "renamed");
    getpid();
    syscall(SYS_gettid);
    kill(getpid(), SIGUSR1);
    _exit(3);
}
