// take_exit SHIM CHILD: ends CHILD and takes its exit status in SHIM's name, as a debugger does that calls wait4 there: SHIM never hears of
// it. All threads of SHIM stand still meanwhile, so that none of them can be the first.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
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

    // Any thread that sleeps in a call has just come from a syscall instruction: it makes this one, and then its own again.
    struct user_regs_struct saved, call;
    must(ptrace(PTRACE_GETREGS, threads[0], NULL, &saved) == 0, "PTRACE_GETREGS");
    call = saved;
    call.rip -= 2;
    call.rax = SYS_wait4;
    call.orig_rax = (unsigned long)-1;
    call.rdi = (unsigned long)child;
    call.rsi = 0;
    call.rdx = WNOHANG | __WALL;
    call.r10 = 0;
    errno = 0;
    const long word = ptrace(PTRACE_PEEKTEXT, threads[0], (void*)call.rip, NULL);
    must(errno == 0 && (word & 0xffff) == 0x050f, "no system call instruction there");
    must(ptrace(PTRACE_SETREGS, threads[0], NULL, &call) == 0, "PTRACE_SETREGS");
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
    must(ptrace(PTRACE_GETREGS, threads[0], NULL, &call) == 0, "PTRACE_GETREGS");
    printf("%lld\n", (long long)call.rax);
    // Its own call again: the number comes from orig_rax, as after a signal that no handler took.
    if ((long long)saved.orig_rax >= 0) {
        saved.rip -= 2;
        saved.rax = saved.orig_rax;
        saved.orig_rax = (unsigned long)-1;
    }
    must(ptrace(PTRACE_SETREGS, threads[0], NULL, &saved) == 0, "PTRACE_SETREGS");
    for (int i = 0; i < count; ++i) ptrace(PTRACE_DETACH, threads[i], NULL, NULL);
    return (pid_t)call.rax == child ? 0 : 1;
}
