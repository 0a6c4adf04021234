// Runs a command as in a privileged debugging pod: in namespaces of its own, on a root of its own that holds what FOLDER holds, /proc and
// /sys.
//   pod [--host] [--mounts] [--pids] FOLDER COMMAND [ARG...]
//     --mounts   a mount namespace of its own, whose root is FOLDER; COMMAND is a path in there
//     --host     with the host's root mounted at /host in it
//     --pids     a pid namespace of its own: no hostPID
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int failed, const char* what) {
    if (!failed) return;
    perror(what);
    exit(70);
}

static void enter_root(const char* folder, int host) {
    must(chdir(folder), folder);
    must(mount(".", ".", NULL, MS_BIND | MS_REC, NULL), "bind the root");
    must(chdir(folder), folder);
    mkdir("proc", 0755), mkdir("sys", 0755), mkdir("tmp", 01777), mkdir("host", 0755);
    must(mount("proc", "proc", "proc", 0, NULL), "mount /proc");
    must(mount("sysfs", "sys", "sysfs", MS_RDONLY, NULL), "mount /sys");
    must(mount("tmpfs", "tmp", "tmpfs", 0, NULL), "mount /tmp");
    if (host) must(mount("/", "host", NULL, MS_BIND | MS_REC, NULL), "bind the host's root");
    must((int)syscall(SYS_pivot_root, ".", "."), "pivot_root");
    must(umount2(".", MNT_DETACH), "leave the host's root");
    must(chdir("/"), "/");
}

int main(int argc, char** argv) {
    int host = 0, mounts = 0, pids = 0, next = 1;
    for (; next < argc && strncmp(argv[next], "--", 2) == 0; ++next) {
        host |= strcmp(argv[next], "--host") == 0;
        mounts |= strcmp(argv[next], "--mounts") == 0;
        pids |= strcmp(argv[next], "--pids") == 0;
    }
    if (argc < next + 2) return 2;
    must(unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWNS | (pids ? CLONE_NEWPID : 0)), "unshare");
    const pid_t child = fork();
    must(child < 0, "fork");
    if (child > 0) {
        int status = 0;
        must(waitpid(child, &status, 0) < 0, "waitpid");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    must(mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL), "make mounts private");
    if (mounts)
        enter_root(argv[next], host);
    else if (pids)
        must(mount("proc", "/proc", "proc", 0, NULL), "mount /proc");
    execv(argv[next + 1], argv + next + 1);
    perror(argv[next + 1]);
    return 71;
}
