// Locks of the kernel's that many wait for, held for as long as somebody else does not answer. For machines that nobody else uses.
//   kernel_locks map FILE            maps FILE, and from then on changes its mappings ten times a second (mmap_lock, to write)
//   kernel_locks peek PID FILE       reads the first byte of what PID has mapped of FILE, as a debugger does (mmap_lock of PID, to read)
//   kernel_locks move FILE CGROUP    maps FILE; on SIGUSR1 moves itself by CGROUP, a file cgroup.threads (cgroup_mutex, and then its own
//   mmap_lock) kernel_locks mounts DIR CGROUP   makes 131072 mounts in a namespace of its own, joins the cgroup whose cgroup.procs CGROUP
//   is, prints "ready", and
//                                    on SIGUSR1 copies them (namespace_sem, and whatever memory the cgroup lets it have)
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int fails(const char* what) {
    perror(what);
    return 1;
}

static void* map(const char* path) {
    const int file = open(path, O_RDONLY);
    return file < 0 ? MAP_FAILED : mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE, file, 0);
}

static int change_mappings(void) {
    for (;;) {
        void* page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED || munmap(page, 4096) != 0) return fails("mmap");
        usleep(100000);
    }
}

static int peek(const char* pid, const char* mapped) {
    char path[64], line[512], byte;
    snprintf(path, sizeof path, "/proc/%s/maps", pid);
    FILE* maps = fopen(path, "r");
    if (!maps) return fails(path);
    unsigned long begin = 0;
    while (begin == 0 && fgets(line, sizeof line, maps))
        if (strstr(line, mapped)) begin = strtoul(line, NULL, 16);
    fclose(maps);
    snprintf(path, sizeof path, "/proc/%s/mem", pid);
    const int memory = open(path, O_RDONLY);
    if (memory < 0 || begin == 0) return fails(mapped);
    return pread(memory, &byte, 1, (off_t)begin) == 1 ? 0 : fails("pread");
}

static int write_0(const char* path) {
    const int file = open(path, O_WRONLY);
    return file < 0 || write(file, "0", 1) != 1 ? fails(path) : 0;
}

static int make_mounts(const char* directory) {
    enum { doublings = 17 };
    char path[512];
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return fails("unshare");
    if (mount("none", directory, "tmpfs", 0, NULL) != 0) return fails(directory);
    for (int i = 0; i < doublings; ++i) {
        snprintf(path, sizeof path, "%s/%d", directory, i);
        if (mkdir(path, 0755) != 0) return fails(path);
    }
    for (int i = 0; i < doublings; ++i) {
        snprintf(path, sizeof path, "%s/%d", directory, i);
        if (mount(directory, path, NULL, MS_BIND | MS_REC, NULL) != 0) return fails(path);
    }
    return 0;
}

int main(int argc, char** argv) {
    sigset_t go;
    int which;
    sigemptyset(&go);
    sigaddset(&go, SIGUSR1);
    sigprocmask(SIG_BLOCK, &go, NULL);
    const char* what = argc > 2 ? argv[1] : "";
    if (strcmp(what, "map") == 0) return map(argv[2]) == MAP_FAILED ? fails(argv[2]) : change_mappings();
    if (argc != 4) return 2;
    if (strcmp(what, "peek") == 0) return peek(argv[2], argv[3]);
    if (strcmp(what, "move") == 0) {
        if (map(argv[2]) == MAP_FAILED) return fails(argv[2]);
        sigwait(&go, &which);
        return write_0(argv[3]);
    }
    if (strcmp(what, "mounts") == 0) {
        if (make_mounts(argv[2]) != 0 || write_0(argv[3]) != 0) return 1;
        puts("ready");
        fflush(stdout);
        sigwait(&go, &which);
        return unshare(CLONE_NEWNS) == 0 ? 0 : fails("unshare");
    }
    return 2;
}
