// liar: does nothing, under whatever name and arguments. LIAR_LISTEN=PATH: listens on a unix socket.
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void) {
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
