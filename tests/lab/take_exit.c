// take_exit SHIM CHILD: ends CHILD and takes its exit status in SHIM's name, as a debugger does that calls wait4 there: SHIM never hears of
// it. All threads of SHIM stand still meanwhile, so that none of them can be the first.
#define _GNU_SOURCE
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int good, const char* what) {
    if (good) return;
    perror(what);
    exit(1);
}

static pid_t threads[256];
static int count;

static int is_known(pid_t tid) {
    for (int i = 0; i < count; ++i)
        if (threads[i] == tid) return 1;
    return 0;
}

static void stop_all(pid_t shim) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", shim);
    for (int before = -1; before != count;) {
        before = count;
        DIR* tasks = opendir(path);
        must(tasks != NULL, path);
        for (struct dirent* task; (task = readdir(tasks)) != NULL;) {
            const pid_t tid = atoi(task->d_name);
            if (tid <= 0 || is_known(tid) || count == 256) continue;
            if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0) continue;
            must(ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0, "PTRACE_INTERRUPT");
            must(waitpid(tid, NULL, __WALL) == tid, "waitpid");
            threads[count++] = tid;
        }
        closedir(tasks);
    }
}

typedef struct user_regs_struct Registers;

static Registers registers_of(pid_t tid) {
    Registers result;
    struct iovec whole = {&result, sizeof result};
    must(ptrace(PTRACE_GETREGSET, tid, (void*)NT_PRSTATUS, &whole) == 0, "PTRACE_GETREGSET");
    return result;
}

static void set_registers(pid_t tid, Registers* registers) {
    struct iovec whole = {registers, sizeof *registers};
    must(ptrace(PTRACE_SETREGSET, tid, (void*)NT_PRSTATUS, &whole) == 0, "PTRACE_SETREGSET");
}

static int has_bytes(pid_t tid, unsigned long place, unsigned long bytes, unsigned long mask) {
    errno = 0;
    const unsigned long word = (unsigned long)ptrace(PTRACE_PEEKTEXT, tid, (void*)place, NULL);
    return errno == 0 && (word & mask) == bytes;
}

// Where the thread's system call instruction lies, and a call of wait4 made there; its result; and the thread's own call made again.
#if defined(__aarch64__)
static unsigned long call_instruction(pid_t tid, const Registers* registers) {
    const unsigned long svc = 0xd4000001, mask = 0xffffffff;
    if (has_bytes(tid, registers->pc, svc, mask)) return registers->pc;  // the kernel has seen to the call's being made again
    must(has_bytes(tid, registers->pc - 4, svc, mask), "no system call instruction there");
    return registers->pc - 4;
}
static void set_call(Registers* registers, unsigned long place, long number, pid_t child, int options) {
    registers->pc = place;
    registers->regs[8] = (unsigned long)number;
    registers->regs[0] = (unsigned long)child;
    registers->regs[1] = registers->regs[3] = 0;
    registers->regs[2] = (unsigned long)options;
}
static long result_of(const Registers* registers) {
    return (long)registers->regs[0];
}
static void call_again(Registers* registers) {
    (void)registers;
}
#else
static unsigned long call_instruction(pid_t tid, const Registers* registers) {
    must(has_bytes(tid, registers->rip - 2, 0x050f, 0xffff), "no system call instruction there");
    return registers->rip - 2;
}
static void set_call(Registers* registers, unsigned long place, long number, pid_t child, int options) {
    registers->rip = place;
    registers->rax = (unsigned long)number;
    registers->orig_rax = (unsigned long)-1;
    registers->rdi = (unsigned long)child;
    registers->rsi = registers->r10 = 0;
    registers->rdx = (unsigned long)options;
}
static long result_of(const Registers* registers) {
    return (long)registers->rax;
}
// The number comes from orig_rax, as after a signal that no handler took.
static void call_again(Registers* registers) {
    if ((long)registers->orig_rax < 0) return;
    registers->rip -= 2;
    registers->rax = registers->orig_rax;
    registers->orig_rax = (unsigned long)-1;
}
#endif

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const pid_t shim = atoi(argv[1]), child = atoi(argv[2]);
    stop_all(shim);
    must(kill(child, SIGKILL) == 0, "kill");
    for (;;) {  // it is no child of ours: whether it has ended, its state tells
        char path[64], line[512] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", child);
        FILE* stat = fopen(path, "r");
        if (!stat || !fgets(line, sizeof line, stat)) break;
        fclose(stat);
        const char* state = strrchr(line, ')');
        if (state && state[2] == 'Z') break;
        usleep(1000);
    }

    // Any thread that sleeps in a call has just come from a system call instruction: it makes this one, and then its own again.
    Registers saved = registers_of(threads[0]), call = saved;
    const unsigned long place = call_instruction(threads[0], &saved);
    set_call(&call, place, SYS_wait4, child, WNOHANG | __WALL);
    set_registers(threads[0], &call);
    for (int stop = 0; stop < 2; ++stop) {
        must(ptrace(PTRACE_SYSCALL, threads[0], NULL, NULL) == 0, "PTRACE_SYSCALL");
        int status;
        do {
            must(waitpid(threads[0], &status, __WALL) == threads[0], "waitpid");
            // SIGCHLD has come: it is for the shim, and finds nobody.
            if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGCHLD && status >> 16 == 0)
                must(ptrace(PTRACE_SYSCALL, threads[0], NULL, NULL) == 0, "PTRACE_SYSCALL");
            else
                break;
        } while (1);
    }
    call = registers_of(threads[0]);
    printf("%ld\n", result_of(&call));
    call_again(&saved);
    set_registers(threads[0], &saved);
    for (int i = 0; i < count; ++i) ptrace(PTRACE_DETACH, threads[i], NULL, NULL);
    return (pid_t)result_of(&call) == child ? 0 : 1;
}
