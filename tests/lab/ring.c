// ring HOW [FILE FILE]: two processes that wait for each other. `pipes`: each writes more to the other than a pipe holds; `sockets`: the
// same over unix sockets; `child`: the parent waits for its child's end, the child for what only the parent can write; `flock`: two files,
// locked in the opposite order; `any`: the parent waits for either of two children, one of which writes to the other, and that to the
// parent. `listen` is none: each waits for the other to say something.
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_on(int descriptor) {
    static const char bytes[4096];
    while (write(descriptor, bytes, sizeof bytes) > 0) {
    }
}

static void take_both(const char* one, const char* other) {
    int first = open(one, O_RDWR | O_CREAT, 0666);
    flock(first, LOCK_EX);
    usleep(300000);
    flock(open(other, O_RDWR | O_CREAT, 0666), LOCK_EX);
    for (;;) pause();
}

int main(int argc, char** argv) {
    int there[2], back[2];
    char byte;
    if (argc < 2) return 2;
    const char* how = argv[1];
    if (strcmp(how, "flock") == 0 && argc == 4) {
        if (fork() == 0)
            take_both(argv[2], argv[3]);
        else
            take_both(argv[3], argv[2]);
    }
    if (strcmp(how, "sockets") == 0) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, there) != 0) return 1;
        int child = fork() == 0;
        close(there[child]);
        write_on(there[!child]);
        return 1;
    }
    if (pipe(there) != 0 || pipe(back) != 0) return 1;
    if (strcmp(how, "any") == 0) {
        for (int second = 0; second < 2; ++second) {
            if (fork() != 0) continue;
            close(there[second]);
            close(back[0]);
            write_on(second ? back[1] : there[1]);
        }
        close(there[0]);
        close(there[1]);
        close(back[1]);
        wait(NULL);
        return 1;
    }
    pid_t child = fork();
    close(child ? there[0] : there[1]);
    close(child ? back[1] : back[0]);
    int in = child ? back[0] : there[0], out = child ? there[1] : back[1];
    if (strcmp(how, "pipes") == 0) write_on(out);
    if (strcmp(how, "child") == 0 && child) waitpid(child, NULL, 0);
    return read(in, &byte, 1) != 1;
}
