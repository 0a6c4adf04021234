// peer WHAT ADDRESS: one end of a connection that does WHAT with it, for as long as it lives. ADDRESS is tcp:IP:PORT, unix:PATH, dgram:PATH
// or seqpacket:PATH. A server: `silent` accepts and never reads, `deaf` never accepts, `answers` gives back what it gets, `sips` takes some
// bytes now and then. A client: `asks` sends a request and reads, `polls` does so in a poll,
// `rings` by an io_uring, `fills` writes until that waits, `connects`
// until that waits, `idles` gets one answer and listens on.
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

struct address {
    struct sockaddr_storage name;
    socklen_t length;
    int type;
};

static struct address parse(char* text) {
    struct address found = {.type = SOCK_STREAM};
    char* rest = strchr(text, ':');
    if (!rest) exit(2);
    *rest++ = '\0';
    if (strcmp(text, "tcp") == 0) {
        struct sockaddr_in* inet = (struct sockaddr_in*)&found.name;
        char* port = strrchr(rest, ':');
        if (!port) exit(2);
        *port++ = '\0';
        inet->sin_family = AF_INET;
        inet->sin_port = htons((unsigned short)atoi(port));
        if (inet_pton(AF_INET, rest, &inet->sin_addr) != 1) exit(2);
        found.length = sizeof *inet;
        return found;
    }
    struct sockaddr_un* local = (struct sockaddr_un*)&found.name;
    if (strlen(rest) >= sizeof local->sun_path) exit(2);
    local->sun_family = AF_UNIX;
    strcpy(local->sun_path, rest);
    found.length = sizeof *local;
    if (strcmp(text, "dgram") == 0) found.type = SOCK_DGRAM;
    if (strcmp(text, "seqpacket") == 0) found.type = SOCK_SEQPACKET;
    return found;
}

static int fail(const char* what) {
    perror(what);
    return 1;
}

static int serve(const char* what, struct address* address) {
    int listener = socket(address->name.ss_family, address->type, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr*)&address->name, address->length) != 0) return fail("bind");
    if (address->type != SOCK_DGRAM && listen(listener, strcmp(what, "deaf") == 0 ? 0 : 16) != 0) return fail("listen");
    if (strcmp(what, "deaf") == 0 || address->type == SOCK_DGRAM)
        for (;;) pause();
    for (;;) {
        int one = accept(listener, NULL, NULL);
        char bytes[65536];
        ssize_t got;
        if (one < 0) return fail("accept");
        if (strcmp(what, "silent") == 0)
            for (;;) pause();
        while ((got = read(one, bytes, strcmp(what, "sips") == 0 ? 16384 : sizeof bytes)) > 0) {
            if (strcmp(what, "sips") == 0)
                usleep(100000);
            else if (write(one, bytes, (size_t)got) < 0)
                break;
        }
        close(one);
    }
}

/// One request, a read that ends when something comes.
static int read_by_ring(int from, char* bytes, unsigned size) {
    struct io_uring_params parameters = {0};
    const int ring = (int)syscall(SYS_io_uring_setup, 4, &parameters);
    if (ring < 0) return fail("io_uring_setup");
    char* queue = mmap(NULL, parameters.sq_off.array + parameters.sq_entries * sizeof(unsigned), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
    struct io_uring_sqe* entries =
        mmap(NULL, parameters.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
    if (queue == MAP_FAILED || entries == MAP_FAILED) return fail("mmap");
    entries[0] = (struct io_uring_sqe){.opcode = IORING_OP_RECV, .fd = from, .addr = (unsigned long)bytes, .len = size};
    *(unsigned*)(queue + parameters.sq_off.tail) += 1;
    for (int submit = 1;; submit = 0) syscall(SYS_io_uring_enter, ring, submit, 1, IORING_ENTER_GETEVENTS, NULL, 0);
}

static int use(const char* what, struct address* address) {
    char bytes[65536] = "request\n";
    if (strcmp(what, "connects") == 0)
        for (;;) {
            int another = socket(address->name.ss_family, address->type, 0);
            if (connect(another, (struct sockaddr*)&address->name, address->length) != 0) return fail("connect");
        }
    int one = socket(address->name.ss_family, address->type, 0);
    for (int tries = 0; connect(one, (struct sockaddr*)&address->name, address->length) != 0; ++tries) {
        if (tries > 500) return fail("connect");
        usleep(20000);
    }
    if (strcmp(what, "fills") == 0) {
        size_t size = address->type == SOCK_STREAM ? sizeof bytes : 1024;
        while (write(one, bytes, size) > 0) {
        }
        return fail("write");
    }
    if (strcmp(what, "rings") == 0) return write(one, bytes, 8) == 8 ? read_by_ring(one, bytes, sizeof bytes) : fail("write");
    struct pollfd entry = {one, POLLIN, 0};
    do {
        if (strcmp(what, "idles") != 0 || bytes[0] != '\0')
            if (write(one, bytes, 8) != 8) return fail("write");
        if (strcmp(what, "polls") == 0) poll(&entry, 1, -1);
        if (read(one, bytes, sizeof bytes) <= 0) return fail("read");
        bytes[0] = strcmp(what, "idles") == 0 ? '\0' : 'r';
    } while (1);
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    struct address address = parse(argv[2]);
    const char* servers[] = {"silent", "deaf", "answers", "sips"};
    for (size_t i = 0; i < sizeof servers / sizeof *servers; ++i)
        if (strcmp(argv[1], servers[i]) == 0) return serve(argv[1], &address);
    return use(argv[1], &address);
}
