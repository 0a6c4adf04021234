// A program of 32 bits, without a C library: `compat write` writes for ever, `compat flock FILE` waits for a lock.
// cc -m32 -nostdlib
enum { sys_write = 4, sys_open = 5, sys_pause = 29, sys_flock = 143 };

static long call(long number, long first, long second, long third) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
    return result;
}

static char text[4096];

__attribute__((used)) void start(const long* stack) {
    const char* const* arguments = (const char* const*)(stack + 1);
    if (arguments[1][0] == 'w') {
        for (unsigned i = 0; i < sizeof text; ++i) text[i] = 'x';
        for (;;) call(sys_write, 1, (long)text, sizeof text);
    }
    const long read_write = 2, exclusive = 2;
    call(sys_flock, call(sys_open, (long)arguments[2], read_write, 0), exclusive, 0);
    for (;;) call(sys_pause, 0, 0, 0);
}

__asm__(".globl _start\n_start: mov %esp, %eax\npush %eax\ncall start");
