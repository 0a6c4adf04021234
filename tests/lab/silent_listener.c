// silent_listener open|execute FILE: is asked for permission whenever FILE is opened or executed. `open`: takes the question, and says
// nothing; `execute`: permits it, as long as it runs.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <unistd.h>

static void permit(int group, const char* events, ssize_t size) {
    const struct fanotify_event_metadata* event = (const struct fanotify_event_metadata*)events;
    for (; FAN_EVENT_OK(event, size); event = FAN_EVENT_NEXT(event, size)) {
        const struct fanotify_response answer = {.fd = event->fd, .response = FAN_ALLOW};
        if (write(group, &answer, sizeof answer) != sizeof answer) perror("permit");
        close(event->fd);
    }
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const int group = fanotify_init(FAN_CLASS_CONTENT, O_RDONLY), answers = strcmp(argv[1], "execute") == 0;
    const unsigned long mask = answers ? FAN_OPEN_EXEC_PERM : FAN_OPEN_PERM;
    if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, mask, AT_FDCWD, argv[2]) != 0) {
        perror(argv[2]);
        return 1;
    }
    _Alignas(struct fanotify_event_metadata) char events[4096];
    for (;;) {
        const ssize_t size = read(group, events, sizeof events);
        if (size < 0) return 1;
        if (answers) permit(group, events, size);
    }
}
