// fuse_server DIR BACKING: a FUSE file system at DIR with one file, `file`, whose bytes are BACKING's. It speaks the kernel's protocol
// itself, so that it can do what no library does: fall silent. SIGUSR1: from now on nothing is answered but statfs. SIGUSR2: every page but
// the first of a file is never read. SIGHUP: no page is. Prints "ready" once it is mounted. The file is executable, and never cached by
// name: each lookup comes here.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { file_node = 2 };
static volatile sig_atomic_t silent = 0, first_page_only = 0, no_page = 0;
static int device;
static char* content;
static size_t size;

static void fall_silent(int signal) {
    if (signal == SIGUSR1) silent = 1;
    if (signal == SIGUSR2) first_page_only = 1;
    if (signal == SIGHUP) no_page = 1;
}

static void reply(uint64_t unique, int error, const void* body, size_t length) {
    static char buffer[1 << 21];
    struct fuse_out_header* header = (struct fuse_out_header*)buffer;
    header->unique = unique;
    header->error = -error;
    header->len = (uint32_t)(sizeof *header + (error ? 0 : length));
    if (!error) memcpy(buffer + sizeof *header, body, length);
    if (write(device, buffer, header->len) < 0 && errno != ENOENT) perror("write");
}

static struct fuse_attr attributes(uint64_t node) {
    struct fuse_attr found = {.ino = node, .nlink = 1, .uid = getuid(), .gid = getgid(), .blksize = 4096};
    found.mode = node == file_node ? S_IFREG | 0755 : S_IFDIR | 0755;
    found.size = node == file_node ? size : 0;
    return found;
}

static void serve(const struct fuse_in_header* in, const char* body) {
    if (in->opcode == FUSE_STATFS) {
        struct fuse_statfs_out out = {.st = {.bsize = 4096, .namelen = 255}};
        return reply(in->unique, 0, &out, sizeof out);
    }
    if (in->opcode == FUSE_FORGET || in->opcode == FUSE_BATCH_FORGET || in->opcode == FUSE_INTERRUPT || silent) return;
    switch (in->opcode) {
        case FUSE_INIT: {
            struct fuse_init_out out = {.major = 7, .minor = 31, .max_readahead = 0, .max_write = 1 << 16, .max_background = 12};
            return reply(in->unique, 0, &out, sizeof out);
        }
        case FUSE_GETATTR: {
            struct fuse_attr_out out = {.attr_valid = 3600, .attr = attributes(in->nodeid)};
            return reply(in->unique, 0, &out, sizeof out);
        }
        case FUSE_LOOKUP: {
            struct fuse_entry_out out = {.nodeid = file_node, .attr_valid = 3600, .attr = attributes(file_node)};
            return reply(in->unique, strcmp(body, "file") == 0 ? 0 : ENOENT, &out, sizeof out);
        }
        case FUSE_OPEN:
        case FUSE_OPENDIR: {
            // Direct: mmap(2) of it then waits for pages that are being read, with the lock of the mappings held.
            struct fuse_open_out out = {.open_flags = first_page_only && in->opcode == FUSE_OPEN ? FOPEN_DIRECT_IO : 0};
            return reply(in->unique, 0, &out, sizeof out);
        }
        case FUSE_READ: {
            const struct fuse_read_in* read_in = (const struct fuse_read_in*)body;
            const size_t from = read_in->offset < size ? (size_t)read_in->offset : size;
            if (no_page || (first_page_only && read_in->offset >= 4096)) return;
            const size_t length = read_in->size < size - from ? read_in->size : size - from;
            return reply(in->unique, 0, content + from, length);
        }
        case FUSE_READDIR:
        case FUSE_FLUSH:
        case FUSE_RELEASE:
        case FUSE_RELEASEDIR:
        case FUSE_ACCESS:
            return reply(in->unique, 0, "", 0);
        default:
            return reply(in->unique, ENOSYS, NULL, 0);
    }
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const int backing = open(argv[2], O_RDONLY);
    struct stat status;
    if (backing < 0 || fstat(backing, &status) != 0) return perror(argv[2]), 1;
    size = (size_t)status.st_size;
    content = malloc(size);
    if (read(backing, content, size) != (ssize_t)size) return perror(argv[2]), 1;
    const char* node = getenv("FUSE_DEVICE");
    device = open(node ? node : "/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0) return perror("/dev/fuse"), 1;
    char options[128];
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%d,group_id=%d,allow_other", device, getuid(), getgid());
    if (mount("silent", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0) return perror("mount"), 1;
    const struct sigaction action = {.sa_handler = fall_silent, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    puts("ready");
    fflush(stdout);
    static char buffer[1 << 17];
    for (;;) {
        const ssize_t got = read(device, buffer, sizeof buffer);
        if (got < 0 && errno == ENODEV) return 0;  // unmounted, or the connection was aborted
        if (got >= (ssize_t)sizeof(struct fuse_in_header))
            serve((const struct fuse_in_header*)buffer, buffer + sizeof(struct fuse_in_header));
        else if (got < 0 && errno != EINTR && errno != ENOENT && errno != EAGAIN)
            return perror("read"), 1;
    }
}
