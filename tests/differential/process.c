// Processes: fork, exec, wait in all its endings, limits, usage, names.
#define _GNU_SOURCE
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static void child_exits(int status) {
    if (fork() == 0) _exit(status);
    wait(&status);
}

int main(void) {
    int status;
    child_exits(3);
    pid_t child = fork();
    if (child == 0) kill(getpid(), SIGKILL);
    waitpid(child, &status, 0);
    child = fork();
    if (child == 0) {
        kill(getpid(), SIGSTOP);
        _exit(0);
    }
    waitpid(child, &status, WUNTRACED);
    kill(child, SIGCONT);
    waitpid(child, &status, 0);
    waitpid(-1, &status, WNOHANG);
    struct rusage usage;
    wait4(-1, &status, 0, &usage);
    struct clone_args arguments = {.flags = CLONE_PIDFD, .exit_signal = SIGCHLD};
    int pidfd = -1;
    arguments.pidfd = (unsigned long)&pidfd;
    if (syscall(SYS_clone3, &arguments, sizeof arguments) == 0) _exit(7);
    siginfo_t info;
    waitid(3, (unsigned)pidfd, &info, WEXITED | WNOWAIT);
    wait(NULL);
    if (vfork() == 0) execl("/bin/true", "true", "an argument", (char*)NULL);
    wait(&status);
    execl("/absent/program", "program", (char*)NULL);
    struct rlimit limit;
    syscall(SYS_getrlimit, RLIMIT_STACK, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    getrusage(RUSAGE_SELF, (void*)1);
    getpriority(PRIO_PROCESS, 0);
    setpriority(PRIO_PROCESS, 0, 5);
    prctl(PR_SET_NAME, "new name");
    char name[17];
    prctl(PR_GET_NAME, name);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_GET_PDEATHSIG, &status);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_CAPBSET_READ, 21);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_GET_CHILD_SUBREAPER, &status);
    prctl(PR_SET_DUMPABLE, 1);
    prctl(PR_GET_DUMPABLE);
    prctl(12345, 1, 2, 3, 4);
    cpu_set_t cpus;
    sched_getaffinity(0, sizeof cpus, &cpus);
    sched_getscheduler(0);
    sched_yield();
    struct utsname machine;
    uname(&machine);
    getuid();
    getresuid(&(uid_t){0}, &(uid_t){0}, &(uid_t){0});
    setresuid(-1, -1, -1);
    gid_t groups[64];
    getgroups(64, groups);
    unshare(0);
    unshare(0x100);
    setpgid(0, 0);
    exit(4);
}
