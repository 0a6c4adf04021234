// silent_fuse -f DIR: a FUSE file system with one endless file, `file`, each read of which comes here, and another, `cached`, which is read
// by way of the page cache, and ahead. It speaks the kernel's protocol itself: machines of tests/vm have no library for it.
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { file_node = 2, cached_node = 3, most_read = 1 << 17 };
static int device;

static void reply(const struct fuse_in_header* to, int error, const void* body, size_t length) {
    static char buffer[sizeof(struct fuse_out_header) + most_read];
    struct fuse_out_header header = {.unique = to->unique, .error = -error, .len = sizeof header};
    if (error == 0) {
        memcpy(buffer + sizeof header, body, length);
        header.len += (unsigned)length;
    }
    memcpy(buffer, &header, sizeof header);
    if (write(device, buffer, header.len) < 0 && errno != ENOENT) perror("write");
}

static struct fuse_attr attributes(uint64_t node) {
    struct fuse_attr found = {.ino = node, .mode = S_IFDIR | 0755, .nlink = 1, .blksize = 4096};
    if (node == file_node || node == cached_node) {
        found.mode = S_IFREG | 0444;
        found.size = 1ULL << 40;
    }
    return found;
}

static void serve(const struct fuse_in_header* in, const char* body) {
    static char lines[most_read];
    switch (in->opcode) {
        case FUSE_INIT: {
            const struct fuse_init_in* asked = (const struct fuse_init_in*)body;
            const struct fuse_init_out out = {.major = 7,
                                              .minor = 31,
                                              .max_readahead = asked->max_readahead,
                                              .flags = FUSE_ASYNC_READ & asked->flags,
                                              .max_background = 12,
                                              .congestion_threshold = 9,
                                              .max_write = most_read};
            return reply(in, 0, &out, sizeof out);
        }
        case FUSE_GETATTR: {
            const struct fuse_attr_out out = {.attr_valid = 1, .attr = attributes(in->nodeid)};
            return reply(in, 0, &out, sizeof out);
        }
        case FUSE_LOOKUP: {
            const uint64_t node = strcmp(body, "file") == 0 ? file_node : strcmp(body, "cached") == 0 ? cached_node : 0;
            const struct fuse_entry_out out = {.nodeid = node, .entry_valid = 1, .attr_valid = 1, .attr = attributes(node)};
            return reply(in, node ? 0 : ENOENT, &out, sizeof out);
        }
        case FUSE_OPEN:
        case FUSE_OPENDIR: {
            const struct fuse_open_out out = {.open_flags = in->nodeid == file_node ? FOPEN_DIRECT_IO : 0};
            return reply(in, 0, &out, sizeof out);
        }
        case FUSE_READ: {
            const struct fuse_read_in* asked = (const struct fuse_read_in*)body;
            memset(lines, '\n', sizeof lines);
            return reply(in, 0, lines, asked->size < most_read ? asked->size : most_read);
        }
        case FUSE_STATFS: {
            const struct fuse_statfs_out out = {.st = {.bsize = 4096, .namelen = 255}};
            return reply(in, 0, &out, sizeof out);
        }
        case FUSE_READDIR:
        case FUSE_RELEASE:
        case FUSE_RELEASEDIR:
            return reply(in, 0, "", 0);
        case FUSE_FORGET:
        case FUSE_BATCH_FORGET:
        case FUSE_INTERRUPT:
            return;
        default:
            return reply(in, ENOSYS, "", 0);
    }
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (device < 0) return perror("/dev/fuse"), 1;
    char options[128];
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device);
    if (mount("silent_fuse", argv[2], "fuse.silent_fuse", MS_NOSUID | MS_NODEV, options) != 0) return perror(argv[2]), 1;
    static char buffer[most_read + 4096];
    for (;;) {
        const ssize_t got = read(device, buffer, sizeof buffer);
        if (got >= (ssize_t)sizeof(struct fuse_in_header))
            serve((const struct fuse_in_header*)buffer, buffer + sizeof(struct fuse_in_header));
        else if (got < 0 && errno != EINTR && errno != ENOENT && errno != EAGAIN)
            return errno != ENODEV;  // unmounted, or the connection was aborted
    }
}
