// Calls that few programs make, each with the structs it takes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/membarrier.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
/// By number, since the C library has no function for it.
#define S(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
int main(void) {
    // Ids of System V objects count from 0 in a namespace of one's own, and mounts stay in it.
    unshare(CLONE_NEWIPC | CLONE_NEWNS);
    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);

    struct io_uring_params p = {0};
    int u = S(io_uring_setup, 8, &p);
    int fds[2] = {0, 1};
    S(io_uring_register, u, IORING_REGISTER_FILES, fds, 2);
    S(io_uring_register, u, IORING_UNREGISTER_FILES, NULL, 0);
    char buf[256];
    struct iovec iv[2] = {{buf, 128}, {buf + 128, 128}};
    S(io_uring_register, u, IORING_REGISTER_BUFFERS, iv, 2);
    S(io_uring_register, u, IORING_UNREGISTER_BUFFERS, 0, 0);
    int ev = eventfd(0, 0);
    S(io_uring_register, u, IORING_REGISTER_EVENTFD, &ev, 1);
    S(io_uring_register, u, IORING_UNREGISTER_EVENTFD, 0, 0);

    S(io_uring_enter, u, 0, 0, IORING_ENTER_GETEVENTS, NULL, 8);
    S(membarrier, MEMBARRIER_CMD_QUERY, 0);
    S(membarrier, MEMBARRIER_CMD_GLOBAL, 0);
    S(membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0);
    struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_BENEATH};
    S(openat2, AT_FDCWD, "w", &how, sizeof how);
    S(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &(int){SECCOMP_RET_LOG});
    struct seccomp_notif_sizes ns;
    S(seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &ns);
    int t = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t l = sizeof a;
    bind(t, (void*)&a, l);
    listen(t, 5);
    struct tcp_info ti;
    l = sizeof ti;
    getsockopt(t, IPPROTO_TCP, TCP_INFO, &ti, &l);
    int v;
    l = sizeof v;
    getsockopt(t, SOL_SOCKET, SO_TYPE, &v, &l);
    getsockopt(t, SOL_SOCKET, SO_ERROR, &v, &l);
    getsockopt(t, SOL_SOCKET, SO_RCVBUF, &v, &l);
    getsockopt(t, IPPROTO_TCP, TCP_MAXSEG, &v, &l);
    struct linger lg = {1, 5};
    setsockopt(t, SOL_SOCKET, SO_LINGER, &lg, sizeof lg);
    l = sizeof lg;
    getsockopt(t, SOL_SOCKET, SO_LINGER, &lg, &l);
    struct timeval tv = {1, 500};
    setsockopt(t, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    setsockopt(t, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2);
    setsockopt(t, IPPROTO_TCP, TCP_NODELAY, &(int){1}, 4);
    setsockopt(t, IPPROTO_TCP, TCP_USER_TIMEOUT, &(int){100}, 4);
    setsockopt(t, IPPROTO_TCP, TCP_KEEPIDLE, &(int){10}, 4);
    setsockopt(t, IPPROTO_IP, IP_TOS, &(int){16}, 4);
    setsockopt(t, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
    l = 16;
    getsockopt(t, IPPROTO_TCP, TCP_CONGESTION, buf, &l);
    int m = socket(AF_INET, SOCK_DGRAM, 0);
    struct ip_mreq mr = {{htonl(0xe0000001)}, {htonl(INADDR_LOOPBACK)}};
    setsockopt(m, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mr, sizeof mr);
    setsockopt(m, IPPROTO_IP, IP_MULTICAST_TTL, &(char){3}, 1);
    int s6 = socket(AF_INET6, SOCK_DGRAM, 0);
    setsockopt(s6, IPPROTO_IPV6, IPV6_V6ONLY, &(int){1}, 4);
    int sv[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
    struct ucred uc;
    l = sizeof uc;
    getsockopt(sv[0], SOL_SOCKET, SO_PEERCRED, &uc, &l);
    setsockopt(sv[0], SOL_SOCKET, SO_PASSCRED, &(int){1}, 4);
    getsockopt(sv[0], SOL_SOCKET, SO_DOMAIN, &v, (l = 4, &l));
    getsockopt(sv[0], SOL_SOCKET, SO_PROTOCOL, &v, &l);
    struct sock_filter f[] = {BPF_STMT(BPF_RET | BPF_K, 0xffff)};
    struct sock_fprog fp = {1, f};
    setsockopt(m, SOL_SOCKET, SO_ATTACH_FILTER, &fp, sizeof fp);
    int pk = socket(AF_PACKET, SOCK_RAW, htons(3));
    struct sockaddr_ll ll = {.sll_family = AF_PACKET, .sll_protocol = htons(3), .sll_ifindex = 1};
    int nl = socket(AF_NETLINK, SOCK_RAW, 0);
    setsockopt(nl, 270, 1, &(int){1}, 4);
    l = 4;
    getsockopt(nl, 270, 9, &v, &l);
    int vs = socket(AF_VSOCK, SOCK_STREAM, 0);
    key_t k = 0x1234;
    int sh = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    void* at = shmat(sh, 0, SHM_RDONLY);
    struct shmid_ds sd;
    shmctl(sh, IPC_STAT, &sd);
    shmdt(at);
    shmctl(sh, IPC_RMID, 0);
    int se = semget(IPC_PRIVATE, 2, 0600);
    semctl(se, 0, SETVAL, 3);
    semctl(se, 0, GETVAL);
    unsigned short arr[2] = {1, 2};
    semctl(se, 0, SETALL, arr);
    semctl(se, 0, GETALL, arr);
    struct semid_ds sed;
    semctl(se, 0, IPC_STAT, &sed);
    struct sembuf sb = {0, -1, IPC_NOWAIT};
    semop(se, &sb, 1);
    semctl(se, 0, IPC_RMID);
    int mq = msgget(IPC_PRIVATE, 0600);
    struct msqid_ds md;
    msgctl(mq, IPC_STAT, &md);
    struct {
        long t;
        char b[8];
    } mb = {1, "hello"};
    msgsnd(mq, &mb, 5, 0);
    msgrcv(mq, &mb, 5, 0, 0);
    msgctl(mq, IPC_RMID, 0);
    prctl(PR_SET_NAME, "odd");
    prctl(PR_GET_NAME, buf);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_GET_PDEATHSIG, &v);
    prctl(PR_SET_DUMPABLE, 1);
    prctl(PR_GET_DUMPABLE);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_GET_CHILD_SUBREAPER, &v);
    prctl(PR_GET_SECCOMP);
    prctl(PR_SET_TIMERSLACK, 1000);
    prctl(PR_GET_TIMERSLACK);
    prctl(PR_GET_KEEPCAPS);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_RAW, 0, 0);
    prctl(PR_GET_SECUREBITS);
    prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0, 0, 0);
    prctl(PR_GET_TSC, &v);
    prctl(PR_SET_PTRACER, getpid(), 0, 0, 0);
    prctl(999, 1, 2, 3, 4);

    union bpf_attr ba;
    memset(&ba, 0, sizeof ba);
    ba.map_type = BPF_MAP_TYPE_HASH;
    ba.key_size = 4;
    ba.value_size = 8;
    ba.max_entries = 4;
    int bm = S(bpf, BPF_MAP_CREATE, &ba, sizeof ba);
    memset(&ba, 0, sizeof ba);
    ba.map_fd = bm;
    ba.key = (long)&v;
    ba.value = (long)buf;
    S(bpf, BPF_MAP_LOOKUP_ELEM, &ba, sizeof ba);
    S(bpf, BPF_MAP_UPDATE_ELEM, &ba, sizeof ba);
    struct statx sx;
    S(statx, AT_FDCWD, "/etc/passwd", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &sx);
    int in = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    inotify_add_watch(in, "/tmp", IN_CREATE | IN_DELETE | IN_ONLYDIR);
    inotify_rm_watch(in, 1);
    sigset_t ss;
    sigemptyset(&ss);
    sigaddset(&ss, SIGUSR1);
    int sfd = signalfd(-1, &ss, SFD_CLOEXEC);
    struct itimerspec its = {{1, 0}, {2, 5}}, old;
    int tf = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    timerfd_settime(tf, TFD_TIMER_ABSTIME, &its, &old);
    timerfd_gettime(tf, &old);
    struct itimerval itv = {{0, 0}, {900, 0}}, oi;
    setitimer(ITIMER_REAL, &itv, &oi);
    getitimer(ITIMER_REAL, &oi);
    timer_t tm;
    struct sigevent sev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
    timer_create(CLOCK_REALTIME, &sev, &tm);
    timer_settime(tm, 0, &its, &old);
    timer_delete(tm);
    struct rlimit rl;
    getrlimit(RLIMIT_NOFILE, &rl);
    struct rlimit64 r6;
    prlimit64(0, RLIMIT_CORE, NULL, &r6);
    struct rusage ru;
    getrusage(RUSAGE_SELF, &ru);
    struct sched_param spm = {0};
    sched_getparam(0, &spm);
    sched_setscheduler(0, SCHED_BATCH, &spm);
    sched_getscheduler(0);
    struct timespec tsp;
    sched_rr_get_interval(0, &tsp);
    char sa[64];
    S(sched_getattr, 0, sa, 56, 0);
    cpu_set_t cs;
    CPU_ZERO(&cs);
    CPU_SET(0, &cs);
    sched_setaffinity(0, sizeof cs, &cs);
    getpriority(PRIO_PROCESS, 0);
    setpriority(PRIO_PROCESS, 0, 1);
    S(ioprio_get, 1, 0);
    S(ioprio_set, 1, 0, (2 << 13) | 4);
    personality(0xffffffff);
    struct {
        unsigned v;
        int p;
    } ch = {0x20080522, 0};
    struct {
        unsigned e, p, i;
    } cd[2];
    S(capget, &ch, cd);
    S(capset, &ch, cd);
    close(open("file", O_CREAT | O_WRONLY, 0644));
    setxattr("file", "user.a", "val", 3, 0);
    getxattr("file", "user.a", buf, sizeof buf);
    listxattr("file", buf, sizeof buf);
    removexattr("file", "user.a");
    struct {
        struct file_handle h;
        char b[128];
    } fh;
    fh.h.handle_bytes = 128;
    int mid;
    name_to_handle_at(AT_FDCWD, "/etc/passwd", &fh.h, &mid, 0);
    void* mp = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(mp, 4096, MADV_DONTNEED);
    mprotect(mp, 4096, PROT_READ);
    mincore(mp, 8192, (void*)buf);
    mlock(mp, 4096);
    munlock(mp, 4096);
    msync(mp, 4096, MS_ASYNC);
    mlock2(mp, 4096, 1);
    mlockall(MCL_CURRENT);
    munlockall();
    mp = mremap(mp, 8192, 16384, MREMAP_MAYMOVE);
    S(move_pages, 0, 1, &mp, NULL, (int*)buf, 0);
    munmap(mp, 16384);
    int mf = memfd_create("mem", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    fcntl(mf, F_ADD_SEALS, F_SEAL_SHRINK);
    fcntl(mf, F_GET_SEALS);
    fallocate(mf, FALLOC_FL_KEEP_SIZE, 0, 100);
    ftruncate(mf, 4096);
    lseek(mf, 10, SEEK_SET);
    copy_file_range(mf, &(loff_t){0}, mf, &(loff_t){2048}, 100, 0);
    struct flock fl = {F_WRLCK, SEEK_SET, 0, 10};
    fcntl(mf, F_SETLK, &fl);
    fcntl(mf, F_GETLK, &fl);
    fcntl(mf, F_OFD_SETLK, &fl);
    struct f_owner_ex oe = {F_OWNER_PID, getpid()};
    fcntl(sv[0], F_SETOWN_EX, &oe);
    fcntl(sv[0], F_GETOWN_EX, &oe);
    fcntl(sv[0], F_SETSIG, SIGIO);
    fcntl(mf, F_SETLEASE, F_RDLCK);
    fcntl(mf, F_DUPFD_CLOEXEC, 50);
    fcntl(sv[0], F_GETPIPE_SZ);
    int pp[2];
    pipe2(pp, O_CLOEXEC);
    fcntl(pp[0], F_SETPIPE_SZ, 4096);
    write(pp[1], "abc", 3);
    int p2[2];
    pipe(p2);
    tee(pp[0], p2[1], 3, 0);
    splice(pp[0], NULL, p2[1], NULL, 3, SPLICE_F_MOVE);
    vmsplice(p2[1], iv, 1, SPLICE_F_NONBLOCK);
    sendfile(p2[1], mf, &(off_t){0}, 10);
    struct iovec ri = {buf, 16}, lo = {buf + 32, 16};
    process_vm_readv(getpid(), &lo, 1, &ri, 1, 0);
    preadv2(mf, iv, 2, 0, RWF_HIPRI);
    pwritev(mf, iv, 2, 0);
    S(futex_waitv, NULL, 0, 0, NULL, 0);
    unsigned fu = 0;
    S(futex, &fu, FUTEX_WAKE_OP_PRIVATE, 1, 1, &fu, FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 0));
    S(futex, &fu, FUTEX_CMP_REQUEUE, 1, 2, &fu, 0);
    S(futex, &fu, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 5, &tsp, NULL, -1);
    int pf = S(pidfd_open, getpid(), 0);
    S(pidfd_send_signal, pf, 0, NULL, 0);
    S(pidfd_getfd, pf, 0, 0);
    siginfo_t si;
    waitid(P_PIDFD, pf, &si, WEXITED | WNOHANG);
    int fo = S(fsopen, "tmpfs", 1);
    S(fsconfig, fo, 1, "size", "1m", 0);
    S(fsconfig, fo, 6, NULL, NULL, 0);
    int fm = S(fsmount, fo, 1, 0x2);
    S(move_mount, fm, "", -100, "/nonexistent", 4);
    S(open_tree, -100, "/tmp", 0x80001);
    struct {
        unsigned long s, c, p, u;
    } ma = {1, 0, 0, 0};
    S(mount_setattr, fm, "", 0x1000, &ma, 32);
    S(fspick, -100, "/nonexistent", 0);
    mount("none", "/nonexistent", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m");
    mount(NULL, "/nonexistent", NULL, MS_REC | MS_PRIVATE, NULL);
    umount2("/nonexistent", MNT_DETACH);
    S(pivot_root, "/nonexistent", "/nonexistent");
    unshare(0);
    setns(-1, CLONE_NEWNET);
    S(quotactl, 0x800007 << 8, "/dev/x", 0, buf);
    S(landlock_create_ruleset, NULL, 0, 1);
    S(fanotify_init, 0, 0);
    S(perf_event_open, NULL, 0, -1, -1, 0);
    S(userfaultfd, 1);
    S(rseq, NULL, 0, 0, 0);
    S(set_robust_list, NULL, 24);
    S(get_robust_list, 0, &at, &l);
    S(getcpu, &v, NULL, NULL);
    S(getrandom, buf, 4, 1);
    S(sync_file_range, mf, 0, 10, 2);
    S(readahead, mf, 0, 10);
    posix_fadvise(mf, 0, 10, POSIX_FADV_DONTNEED);
    S(epoll_pwait2, -1, NULL, 0, NULL, NULL, 8);
    S(syslog, 10, NULL, 0);
    S(sysfs, 3);
    return 0;
}
