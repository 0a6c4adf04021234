// seccomp_agent SOCKET hold|receive: what an OCI runtime sends the listener's descriptor to. It keeps the descriptor, or takes one
// notification too, and never answers.
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int receive_descriptor(int connection) {
    char state[65536];
    struct iovec data = {state, sizeof state};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(connection, &message, 0) < 0) return -1;
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS) return -1;
    int descriptor;
    memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
    return descriptor;
}

int main(int argc, char** argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 3 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
    strcpy(address.sun_path, argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr*)&address, sizeof address) != 0 || listen(listener, 1) != 0) {
        perror(argv[1]);
        return 1;
    }
    int connection = accept(listener, NULL, NULL);
    int notifications = receive_descriptor(connection);
    close(connection);
    if (notifications < 0) return 1;
    if (strcmp(argv[2], "receive") == 0) {
        struct seccomp_notif request;
        memset(&request, 0, sizeof request);
        if (ioctl(notifications, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) return 1;
    }
    for (;;) pause();
}
