// ioctl on terminals, descriptors, namespaces, and commands that nobody knows.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

int main(void) {
    struct winsize size = {24, 80, 0, 0};
    struct termios terminal;
    int number = 0, pipes[2];
    pipe(pipes);
    ioctl(pipes[0], FIONREAD, &number);
    ioctl(pipes[0], FIONBIO, &(int){1});
    ioctl(pipes[0], FIOCLEX);
    ioctl(pipes[0], TCGETS, &terminal);
    ioctl(pipes[0], 0x12345678, 5);
    ioctl(pipes[0], BLKGETSIZE64, &number);
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ioctl(master, TIOCSPTLCK, &(int){0});
    ioctl(master, TIOCSWINSZ, &size);
    ioctl(master, TIOCGWINSZ, &size);
    ioctl(master, TCGETS, &terminal);
    ioctl(master, TCSETS, &terminal);
    ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    int ns = open("/proc/self/ns/net", O_RDONLY);
    ioctl(ns, NS_GET_NSTYPE);
    ioctl(ns, NS_GET_PARENT);
    return 0;
}
