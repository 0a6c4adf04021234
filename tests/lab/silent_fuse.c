// silent_fuse -f DIR: a FUSE file system with one endless file, `file`, each read of which comes here, and another, `cached`, which is read
// by way of the page cache.
#define FUSE_USE_VERSION 35
#include <errno.h>
#include <fuse3/fuse.h>
#include <string.h>
#include <sys/stat.h>

static const char name[] = "/file", cached[] = "/cached";

static int is_file(const char* path) {
    return strcmp(path, name) == 0 || strcmp(path, cached) == 0;
}

static int get_attributes(const char* path, struct stat* attributes, struct fuse_file_info* info) {
    (void)info;
    memset(attributes, 0, sizeof *attributes);
    if (strcmp(path, "/") == 0) {
        attributes->st_mode = S_IFDIR | 0755;
        attributes->st_nlink = 2;
    } else if (is_file(path)) {
        attributes->st_mode = S_IFREG | 0444;
        attributes->st_nlink = 1;
        attributes->st_size = 1L << 40;
    } else {
        return -ENOENT;
    }
    return 0;
}

static int open_file(const char* path, struct fuse_file_info* info) {
    if (!is_file(path)) return -ENOENT;
    info->direct_io = strcmp(path, cached) != 0;
    return 0;
}

static int read_file(const char* path, char* buffer, size_t size, off_t offset, struct fuse_file_info* info) {
    (void)path, (void)offset, (void)info;
    memset(buffer, '\n', size);
    return (int)size;
}

int main(int argc, char** argv) {
    static const struct fuse_operations operations = {.getattr = get_attributes, .open = open_file, .read = read_file};
    return fuse_main(argc, argv, &operations, NULL);
}
