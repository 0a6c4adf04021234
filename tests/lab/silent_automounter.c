// silent_automounter DIR: mounts an autofs there, and does not answer when something below DIR is asked for.
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char** argv) {
    int ends[2];
    char options[128];
    if (argc != 2 || pipe(ends) != 0) return 2;
    snprintf(options, sizeof options, "fd=%d,pgrp=%d,minproto=5,maxproto=5,indirect", ends[1], getpgrp());
    if (mount("lab", argv[1], "autofs", 0, options) != 0) {
        perror(argv[1]);
        return 1;
    }
    close(ends[1]);
    for (;;) pause();
}
