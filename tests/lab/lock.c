// lock flock|fcntl|ofd FILE: takes a lock on a file, waiting for it if need be, and keeps it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    int file = open(argv[2], O_RDWR | O_CREAT, 0644);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int command = strcmp(argv[1], "ofd") == 0 ? F_OFD_SETLKW : F_SETLKW;
    int failed = file < 0 || (strcmp(argv[1], "flock") == 0 ? flock(file, LOCK_EX) : fcntl(file, command, &whole));
    if (failed) {
        perror(argv[2]);
        return 1;
    }
    for (;;) pause();
}
