// Sockets: addresses, options, messages with descriptors and credentials.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

int main(void) {
    int one = 1;
    struct sockaddr_un address = {AF_UNIX, "socket"}, from;
    socklen_t length = sizeof from;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bind(listener, (void*)&address, sizeof address);
    listen(listener, 5);
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    connect(client, (void*)&address, sizeof address);
    int server = accept4(listener, (void*)&from, &length, SOCK_CLOEXEC);
    length = sizeof from;
    getsockname(client, (void*)&from, &length);
    length = sizeof from;
    getpeername(client, (void*)&from, &length);
    struct ucred peer;
    length = sizeof peer;
    getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length);
    setsockopt(server, SOL_SOCKET, SO_PASSCRED, &one, sizeof one);
    length = sizeof one;
    getsockopt(server, SOL_SOCKET, SO_TYPE, &one, &length);
    setsockopt(server, SOL_SOCKET, SO_LINGER, &(struct linger){1, 2}, sizeof(struct linger));
    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){1, 5}, sizeof(struct timeval));
    setsockopt(server, 999, 5, &one, sizeof one);

    char control[CMSG_SPACE(2 * sizeof(int))] = {0}, received_control[200], bytes[200];
    struct iovec out = {"hello", 5}, in = {bytes, 100};
    struct msghdr message = {0, 0, &out, 1, control, sizeof control, 0};
    struct cmsghdr* header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr){CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(header), (int[]){listener, client}, 2 * sizeof(int));
    sendmsg(client, &message, MSG_NOSIGNAL);
    struct msghdr received = {&from, sizeof from, &in, 1, received_control, sizeof received_control, 0};
    recvmsg(server, &received, MSG_CMSG_CLOEXEC);
    recvmsg(server, &received, MSG_DONTWAIT);
    sendto(client, "abc", 3, 0, NULL, 0);
    recvfrom(server, bytes, 10, MSG_DONTWAIT | MSG_PEEK, NULL, NULL);
    recv(server, bytes, 10, MSG_DONTWAIT);
    recv(server, bytes, 10, MSG_DONTWAIT);
    struct mmsghdr many[2] = {{{0, 0, &out, 1, 0, 0, 0}, 0}, {{0, 0, &out, 1, 0, 0, 0}, 0}};
    sendmmsg(client, many, 2, 0);
    struct mmsghdr received_many[2] = {{{0, 0, &in, 1, 0, 0, 0}, 0}, {{0, 0, &in, 1, 0, 0, 0}, 0}};
    recvmmsg(server, received_many, 2, MSG_DONTWAIT, NULL);
    shutdown(client, SHUT_WR);
    recv(server, bytes, 10, 0);

    int named = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct sockaddr_un abstract = {AF_UNIX, ""};
    memcpy(abstract.sun_path, "\0abstract\0x", 11);
    bind(named, (void*)&abstract, offsetof(struct sockaddr_un, sun_path) + 11);
    length = sizeof from;
    getsockname(named, (void*)&from, &length);
    sendto(named, "to itself", 9, 0, (void*)&abstract, offsetof(struct sockaddr_un, sun_path) + 11);
    length = sizeof from;
    recvfrom(named, bytes, 100, 0, (void*)&from, &length);
    int pair[2];
    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair);
    read(pair[0], bytes, 5);

    int tcp = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in local = {AF_INET, htons(1), {htonl(INADDR_LOOPBACK)}, {0}};
    setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connect(tcp, (void*)&local, sizeof local);
    int udp = socket(AF_INET6, SOCK_DGRAM, 0);
    struct sockaddr_in6 six = {AF_INET6, htons(80), htonl(5), IN6ADDR_LOOPBACK_INIT, 0};
    setsockopt(udp, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    bind(udp, (void*)&six, 5);
    int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    struct sockaddr_nl groups = {AF_NETLINK, 0, 0, 3};
    bind(netlink, (void*)&groups, sizeof groups);
    setsockopt(netlink, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof one);
    connect(99, (void*)"helloworld", 10);
    accept(99, NULL, NULL);
    unlink("socket");
    return 0;
}
