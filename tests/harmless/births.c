// births WORKERS CHILDREN: so many processes that make so many children each, which end at once.
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
    const int workers = argc > 1 ? atoi(argv[1]) : 1, children = argc > 2 ? atoi(argv[2]) : 1;
    for (int worker = 0; worker < workers; ++worker) {
        if (fork() != 0) continue;
        for (int child = 0; child < children; ++child) {
            if (fork() == 0) _exit(0);
            while (waitpid(-1, NULL, WNOHANG) > 0) {
            }
        }
        while (wait(NULL) > 0) {
        }
        _exit(0);
    }
    while (wait(NULL) > 0) {
    }
    return 0;
}
