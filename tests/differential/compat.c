// A program of 32 bits, without a C library, which a minimal machine has for its own architecture alone.
// needs: 32-bit-programs
// cc: -m32 -nostdlib -static -ffreestanding -fno-pie -no-pie -fno-stack-protector -O1
// options: -y
// options: -v
typedef unsigned int Word;

struct Call {
    Word words[7];
};
long call(const struct Call* words);
__asm__(
    "call: push %ebp; push %ebx; push %esi; push %edi; mov 20(%esp), %eax; mov 24(%eax), %ebp; mov 20(%eax), %edi; mov 16(%eax), %esi;"
    "mov 12(%eax), %edx; mov 8(%eax), %ecx; mov 4(%eax), %ebx; mov (%eax), %eax; int $0x80; pop %edi; pop %esi; pop %ebx; pop %ebp; ret");
#define DO(...) call(&(struct Call){{__VA_ARGS__}})
#define AT(x) ((Word)(x))

static char buffer[4096];

static void files(void) {
    const Word fd = DO(5, AT("/etc/hostname"), 0x80000, 0);  // open
    DO(3, fd, AT(buffer), 100);                              // read
    DO(180, fd, AT(buffer), 3, 1, 0);                        // pread64
    DO(180, fd, AT(buffer), 3, 1, 1);
    DO(140, fd, 1, 2, AT(buffer), 0);                                  // _llseek
    DO(19, fd, -1, 0);                                                 // lseek
    DO(145, fd, AT(((Word[]){AT(buffer), 3, AT(buffer + 8), 4})), 2);  // readv
    DO(6, fd);                                                         // close
    const Word other = DO(295, -100, AT("/dev/null"), 1, 0644);        // openat
    DO(146, other, AT(((Word[]){AT("abc"), 3, AT("defg"), 4})), 2);    // writev
    DO(4, other, AT("hi\n"), 3);                                       // write
    DO(221, other, 3, 0);                                              // fcntl64
    DO(221, other, 4, 0x800);
    DO(221, other, 1);
    DO(221, other, 2, 1);
    DO(221, other, 13, AT(((short[12]){1, 0, 5, 0, 0, 0, 6})));
    DO(221, other, 37, AT(((short[12]){1, 0, 5, 0, 0, 0, 6})));
    DO(221, other, 12, AT(((short[12]){1, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7})));
    DO(55, other, 6, AT(((short[8]){1, 0, 5, 0, 6})));  // fcntl
    DO(55, other, 5, AT(((short[8]){1, 0, 5, 0, 6, 0, 7})));
    DO(143, other, 2);                         // flock
    DO(195, AT("/etc"), AT(buffer));           // stat64
    DO(197, other, AT(buffer));                // fstat64
    DO(300, -100, AT("/etc"), AT(buffer), 0);  // fstatat64
    DO(106, AT("/etc/hostname"), AT(buffer));  // stat
    DO(106, AT("/absent"), AT(buffer));
    DO(383, -100, AT("file"), 0, 0x7ff, AT(buffer));  // statx
    DO(33, AT("/absent"), 4);                         // access
    DO(85, AT("/proc/self/exe"), AT(buffer), 100);    // readlink
    DO(10, AT("/absent"));                            // unlink
    DO(39, AT("/etc"), 0755);                         // mkdir
    DO(193, AT("/absent"), 1, 1);                     // truncate64
    DO(194, other, 5, 0);                             // ftruncate64
    DO(187, -1, -1, 0, 0);                            // sendfile
    DO(239, -1, -1, 0, 0);                            // sendfile64
    const Word input = DO(5, AT("/etc/hostname"), 0, 0);
    DO(187, other, input, AT(((Word[]){1, 0x55555555})), 2);                              // sendfile
    DO(239, other, input, AT(((Word[]){1, 0})), 2);                                       // sendfile64
    DO(182, AT("/absent"), 0xffff, 0xffff);                                               // chown
    DO(212, AT("/absent"), -1, 1000);                                                     // chown32
    DO(30, AT("/absent"), AT(((Word[]){1000, 2000})));                                    // utime
    DO(271, AT("/absent"), AT(((Word[]){1000, 3000, 2000, 4000})));                       // utimes
    DO(320, -100, AT("/absent"), AT(((Word[]){1000, 3000, 2000, 0x3fffffff})), 0);        // utimensat
    DO(412, -100, AT("/absent"), AT(((Word[]){1000, 0, 3000, 0, 2000, 0, 4000, 0})), 0);  // utimensat_time64
    DO(54, other, 0x5401, AT(buffer));                                                    // ioctl
}

static void descriptors(void) {
    Word pair[2];
    DO(42, AT(pair));            // pipe
    DO(331, AT(pair), 0x80000);  // pipe2
    struct {
        int fd;
        short events, ready;
    } polled = {pair[0], 1, 0};
    DO(168, AT(&polled), 1, 0);                                    // poll
    DO(309, AT(&polled), 1, AT(((Word[]){0, 1000})), 0, 8);        // ppoll
    DO(414, AT(&polled), 1, AT(((Word[]){0, 0, 1000, 0})), 0, 8);  // ppoll_time64
    Word set[32] = {1 << pair[0] | 1 << pair[1]}, time[2] = {1, 500};
    DO(142, 16, AT(set), 0, 0, AT(((Word[]){0, 10})));  // _newselect
    set[0] = 1 << pair[1];
    DO(142, 16, 0, AT(set), 0, AT(time));
    const Word epoll = DO(329, 0x80000);                                  // epoll_create1
    DO(255, epoll, 1, pair[1], AT(((Word[]){4, 7, 0})));                  // epoll_ctl
    DO(256, epoll, AT(buffer), 4, 0);                                     // epoll_wait
    DO(319, epoll, AT(buffer), 4, 0, 0, 8);                               // epoll_pwait
    DO(441, epoll, AT(buffer), 4, AT(((Word[]){0, 0, 1000, 0})), 0, 8);   // epoll_pwait2
    const Word timer = DO(322, 1, 0);                                     // timerfd_create
    DO(325, timer, 0, AT(((Word[]){500, 3000, 600, 4000})), AT(buffer));  // timerfd_settime
    DO(411, timer, 0, AT(((Word[]){0, 0, 0, 0, 0, 0, 0, 0})), 0);         // timerfd_settime64
    const Word socket = DO(359, 1, 1, 0);                                 // socket
    DO(362, socket, AT("\1\0/absent"), 110);                              // connect
    DO(373, socket, 1);                                                   // shutdown
}

static void memory(void) {
    DO(192, 0, 8192, 3, 0x22, -1, 0);  // mmap2
    DO(192, 0, 4096, 1, 2, -1, 3);
    DO(45, 0);               // brk
    DO(91, 4096, 4096);      // munmap
    DO(125, 4096, 4096, 1);  // mprotect
    DO(219, 4096, 4096, 4);  // madvise
}

static void times(void) {
    DO(162, AT(((Word[]){0, 1000})), 0);                    // nanosleep
    DO(407, 1, 0, AT(((Word[]){0, 0, 1000, 0})), 0);        // clock_nanosleep_time64
    DO(267, 1, 0, AT(((Word[]){0, 1000})), 0);              // clock_nanosleep
    DO(403, 1, AT(buffer));                                 // clock_gettime64
    DO(265, 1, AT(buffer));                                 // clock_gettime
    DO(78, AT(buffer), AT(buffer + 8));                     // gettimeofday
    DO(104, 0, AT(((Word[]){0, 0, 1000, 0})), AT(buffer));  // setitimer
    DO(104, 0, AT(((Word[]){0, 0, 0, 0})), AT(buffer));
    DO(240, AT(buffer), 1, 1);  // futex
    DO(240, AT(buffer), 0, 5, AT(((Word[]){1, 0})));
    DO(449, AT(((Word[]){5, 0, AT(buffer), 0, 2, 0})), 1, 0, AT(((Word[]){1, 0, 2000, 0})), 1);  // futex_waitv
    DO(43, 0);                                                                                   // times
    DO(13, 0);                                                                                   // time
    DO(422, AT(buffer), 0, 5, AT(((Word[]){1, 0, 0, 0})));                                       // futex_time64
}

static void processes(void) {
    DO(174, 10, AT(((Word[]){1, 0x10000000, 0, 0x200, 0})), AT(buffer), 8);  // rt_sigaction
    DO(174, 10, 0, AT(buffer), 8);
    DO(175, 0, AT(((Word[]){0x200, 0})), AT(buffer), 8);                           // rt_sigprocmask
    DO(186, 0, AT(buffer));                                                        // sigaltstack
    DO(37, 0, 0);                                                                  // kill
    DO(20);                                                                        // getpid
    DO(199);                                                                       // getuid32
    DO(24);                                                                        // getuid
    DO(209, AT(buffer), AT(buffer + 4), AT(buffer + 8));                           // getresuid32
    DO(11, AT("/absent"), AT(((Word[]){AT("absent"), AT("an argument"), 0})), 0);  // execve
    DO(122, AT(buffer));                                                           // uname
    const Word child = DO(120, 17, 0, 0, 0, 0);                                    // clone
    if (child == 0) DO(1, 3);                                                      // exit
    DO(7, child, AT(buffer), 0);                                                   // waitpid
    DO(7, -1, AT(buffer), 1);
    DO(114, -1, AT(buffer), 1, AT(buffer));  // wait4
    DO(172, 15, AT("name"));                 // prctl
    DO(270, 1, 1, 0);                        // tgkill
    DO(60, 022);                             // umask
    DO(312, 0, AT(buffer), AT(buffer + 4));  // get_robust_list
    DO(258, AT(buffer));                     // set_tid_address
    DO(340, 0, 7, 0, AT(buffer));            // prlimit64
    DO(191, 4, AT(buffer));                  // ugetrlimit
    DO(75, 4, AT(((Word[]){0, 0})));         // setrlimit
    DO(77, 0, AT(buffer));                   // getrusage
    DO(355, AT(buffer), 8, 0);               // getrandom
}

__attribute__((used)) static void start(void) {
    files();
    descriptors();
    memory();
    times();
    processes();
    DO(252, 0);  // exit_group
}
__asm__(".globl _start; _start: call start");
