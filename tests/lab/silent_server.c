// silent_server SOCKET FILE: accepts every connection to a unix socket, notes in FILE that there was one, and never reads or answers.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char** argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 3 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
    strcpy(address.sun_path, argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 16) != 0) {
        perror(argv[1]);
        return 1;
    }
    while (accept(listener, NULL, NULL) >= 0) {
        int note = open(argv[2], O_WRONLY | O_CREAT | O_APPEND, 0644);
        if (note < 0 || write(note, "accepted\n", 9) != 9) return 1;
        close(note);
    }
    return 1;
}
