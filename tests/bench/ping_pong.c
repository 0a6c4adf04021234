// Two processes that send each other a byte over a unix socket: `ping_pong ROUNDS`.
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void play(int end, long rounds, int first) {
    char byte = 'x';
    for (long i = 0; i < rounds; ++i) {
        if (first && write(end, &byte, 1) != 1) abort();
        if (read(end, &byte, 1) != 1) abort();
        if (!first && write(end, &byte, 1) != 1) abort();
    }
}

int main(int argc, char** argv) {
    int ends[2];
    if (argc != 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 2;
    const pid_t child = fork();
    play(ends[child == 0], atol(argv[1]), child != 0);
    if (child == 0) _exit(0);
    return wait(NULL) == child ? 0 : 1;
}
