// liar: does nothing, under whatever name and arguments. LIAR_LISTEN=PATH: listens on a unix socket. LIAR_CROWD=COUNT PIPES: has so many
// children, each with the same so many pipes, that all read from the first.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void crowd(const char* words) {
    int count = 0, pipes = 0, ends[2], first = -1;
    char byte;
    if (sscanf(words, "%d %d", &count, &pipes) != 2) exit(1);
    for (int n = 0; n < pipes; ++n) {
        if (pipe(ends) != 0) exit(1);
        if (first < 0) first = ends[0];
    }
    for (int n = 0; n < count; ++n)
        if (fork() == 0) exit(read(first, &byte, 1) != 1);
}

int main(void) {
    if (getenv("LIAR_CROWD")) crowd(getenv("LIAR_CROWD"));
    const char* path = getenv("LIAR_LISTEN");
    if (path) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strncpy(address.sun_path, path, sizeof address.sun_path - 1);
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        unlink(path);
        if (bind(fd, (struct sockaddr*)&address, sizeof address) != 0 || listen(fd, 8) != 0) return 1;
    }
    for (;;) pause();
}
