// Files: opening, reading, describing, locking, renaming, and the errors of it.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

int main(void) {
    char bytes[200];
    struct stat status;
    int file = open("file", O_CREAT | O_RDWR | O_TRUNC, 0640);
    write(file, "hello\0\1\0012\377\n\"\\", 13);
    pwrite(file, "a text that is longer than what strace shows of a string by default", 67, 4);
    struct iovec out[2] = {{"abc", 3}, {"defgh", 5}}, in[2] = {{bytes, 4}, {bytes + 50, 50}};
    writev(file, out, 2);
    lseek(file, 0, SEEK_SET);
    lseek(file, 5, 99);
    read(file, bytes, 100);
    read(file, bytes, 100);
    preadv(file, in, 2, 3);
    pread(file, bytes, 10, 5);
    ftruncate(file, 100);
    fallocate(file, FALLOC_FL_KEEP_SIZE, 0, 10);
    fsync(file);
    fdatasync(file);
    fstat(file, &status);
    stat("file", &status);
    lstat("absent", &status);
    stat("/dev/null", &status);
    struct statx more;
    statx(AT_FDCWD, "file", AT_SYMLINK_NOFOLLOW, STATX_MODE | STATX_SIZE, &more);
    access("absent", R_OK | W_OK);
    faccessat(AT_FDCWD, "file", X_OK, AT_EACCESS);
    fcntl(file, F_GETFL);
    fcntl(file, F_SETFL, O_NONBLOCK | O_APPEND);
    fcntl(file, F_GETFD);
    fcntl(file, F_SETFD, FD_CLOEXEC);
    fcntl(file, F_GETFD);
    int copy = fcntl(file, F_DUPFD_CLOEXEC, 10);
    struct flock lock = {F_RDLCK, SEEK_SET, 0, 5, 0};
    fcntl(file, F_SETLK, &lock);
    lock.l_type = F_WRLCK;
    fcntl(file, F_GETLK, &lock);
    fcntl(file, F_OFD_SETLK, &lock);
    fcntl(file, 999, 5);
    flock(file, LOCK_EX | LOCK_NB);
    flock(file, LOCK_UN);
    close(copy);
    dup2(file, 20);
    dup3(file, 21, O_CLOEXEC);
    syscall(SYS_close_range, 20, 21, 0);
    loff_t offset = 3;
    int pipes[2];
    pipe2(pipes, O_NONBLOCK);
    sendfile(pipes[1], file, &offset, 10);
    splice(file, &offset, pipes[1], NULL, 4, SPLICE_F_NONBLOCK);
    tee(pipes[0], pipes[1], 5, 0);
    fcntl(pipes[0], F_GETPIPE_SZ);
    read(pipes[0], bytes, 100);
    read(pipes[0], bytes, 100);
    symlink("file", "link");
    readlink("link", bytes, sizeof bytes);
    link("file", "hard");
    rename("hard", "renamed");
    renameat2(AT_FDCWD, "renamed", AT_FDCWD, "file", RENAME_NOREPLACE);
    unlink("renamed");
    unlink("link");
    unlinkat(AT_FDCWD, "absent", AT_REMOVEDIR);
    mkdir("directory", 0755);
    int directory = open("directory", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    syscall(SYS_getdents64, directory, bytes, sizeof bytes);
    syscall(SYS_getdents64, directory, bytes, sizeof bytes);
    fchdir(directory);
    chdir("..");
    rmdir("directory");
    chmod("file", 04711);
    chmod("absent", 0);
    chown("file", -1, 0);
    umask(022);
    utimensat(AT_FDCWD, "file", (struct timespec[]){{1, 2}, {0, UTIME_OMIT}}, 0);
    futimens(file, NULL);
    utime("absent", &(struct utimbuf){1700000000, 5});
    setxattr("absent", "user.a", "va\0l", 4, XATTR_CREATE);
    getxattr("file", "user.absent", bytes, 10);
    struct open_how how = {.flags = O_CREAT | O_RDWR, .mode = 0644, .resolve = RESOLVE_BENEATH};
    syscall(SYS_openat2, AT_FDCWD, "/absolute", &how, sizeof how);
    copy_file_range(file, NULL, file, &offset, 3, 0);
    truncate("absent", 5);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    open((char*)1, O_RDONLY);
    open("/", O_WRONLY | O_TMPFILE, 0600);
    write(99, "x", 1);
    close(99);
    unlink("file");
    return 0;
}
