// careless_shim: has a child that ends, and never asks for its end.
#include <unistd.h>

int main(void) {
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) _exit(7);
    for (;;) pause();
}
