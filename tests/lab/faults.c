// faults serve SOCKET: takes the faults of a page of whoever connects, and gives no page. faults touch SOCKET: hands over the userfaultfd
// of a page, and touches it.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { page = 4096 };

static int fail(const char* what) {
    perror(what);
    return 1;
}

union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static int serve(const struct sockaddr_un* address) {
    const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (const struct sockaddr*)address, sizeof *address) != 0 || listen(listener, 1) != 0) return fail("listen");
    const int one = accept(listener, NULL, NULL);
    char byte;
    union control control;
    struct iovec bytes = {&byte, 1};
    struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (one < 0 || recvmsg(one, &message, 0) != 1) return fail("recvmsg");
    int handler;
    memcpy(&handler, CMSG_DATA(&control.header), sizeof handler);
    struct uffd_msg fault;
    if (read(handler, &fault, sizeof fault) != sizeof fault) return fail("read");
    for (;;) pause();
}

static int touch(const struct sockaddr_un* address) {
    char* const memory = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int handler = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY), one = socket(AF_UNIX, SOCK_STREAM, 0);
    struct uffdio_api api = {.api = UFFD_API};
    struct uffdio_register range = {.range = {(unsigned long)memory, page}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    if (handler < 0 || ioctl(handler, UFFDIO_API, &api) != 0 || ioctl(handler, UFFDIO_REGISTER, &range) != 0) return fail("userfaultfd");
    if (connect(one, (const struct sockaddr*)address, sizeof *address) != 0) return fail("connect");
    char byte = 0;
    union control control = {.header = {.cmsg_len = CMSG_LEN(sizeof handler), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &handler, sizeof handler);
    struct iovec bytes = {&byte, 1};
    const struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (sendmsg(one, &message, 0) != 1) return fail("sendmsg");
    return *(volatile char*)memory;
}

int main(int argc, char** argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 3 || strlen(argv[2]) >= sizeof address.sun_path) return 2;
    strcpy(address.sun_path, argv[2]);
    return strcmp(argv[1], "serve") == 0 ? serve(&address) : touch(&address);
}
