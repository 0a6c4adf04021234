// silent_listener open|execute FILE: is asked for permission whenever FILE is opened or executed, takes the question, and says nothing.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const int group = fanotify_init(FAN_CLASS_CONTENT, O_RDONLY);
    const unsigned long mask = strcmp(argv[1], "execute") == 0 ? FAN_OPEN_EXEC_PERM : FAN_OPEN_PERM;
    if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, mask, AT_FDCWD, argv[2]) != 0) {
        perror(argv[2]);
        return 1;
    }
    char events[4096];
    for (;;)
        if (read(group, events, sizeof events) < 0) return 1;
}
