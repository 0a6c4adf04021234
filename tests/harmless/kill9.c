// kill9 SHIMTRACE ROUNDS: kills `shimtrace trace` with SIGKILL, at random moments, while it traces a busy process and a
// stopped one. Neither may be lost, nor left in another state, nor miss a signal.
#define _GNU_SOURCE
#include "busy.h"

#include <dirent.h>
#include <fcntl.h>

static void nap(long microseconds) {
    const struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    nanosleep(&time, NULL);
}

/// A field of /proc/PID/task/TID/status, as text.
static void field(pid_t pid, const char* tid, const char* name, char* value, size_t size) {
    char path[96], line[256];
    value[0] = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%s/status", pid, tid);
    FILE* file = fopen(path, "r");
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            snprintf(value, size, "%s", line + strlen(name) + 2);
            value[strcspn(value, "\n")] = 0;
        }
    }
    fclose(file);
}

/// How many threads of the process are in one of `states`, with no tracer.
static int free_threads(pid_t pid, const char* states) {
    char path[64], state[64], tracer[64];
    int count = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR* folder = opendir(path);
    if (!folder) return -1;
    for (struct dirent* entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        field(pid, entry->d_name, "State", state, sizeof state);
        field(pid, entry->d_name, "TracerPid", tracer, sizeof tracer);
        if (strchr(states, state[0]) && strcmp(tracer, "0") == 0) ++count;
    }
    closedir(folder);
    return count;
}

static int eventually_free(pid_t pid, const char* states) {
    for (int i = 0; i < 20000; ++i) {
        if (free_threads(pid, states) == busy_threads + 1) return 1;
        nap(1000);
    }
    return 0;
}

/// All threads of the target get on, within a minute.
static int gets_on(const struct target* target) {
    long before[busy_threads];
    for (int i = 0; i < busy_threads; ++i) before[i] = target->progress->rounds[i];
    for (int tries = 0; tries < 60000; ++tries) {
        int moved = 0;
        for (int i = 0; i < busy_threads; ++i) moved += target->progress->rounds[i] > before[i];
        if (moved == busy_threads) return 1;
        nap(1000);
    }
    return 0;
}

static pid_t start_tracer(const char* shimtrace, const struct target* running, const struct target* stopped) {
    char first[16], second[16];
    snprintf(first, sizeof first, "%d", running->pid);
    snprintf(second, sizeof second, "%d", stopped->pid);
    const pid_t tracer = fork();
    if (tracer != 0) return tracer;
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    dup2(null, 2);
    execl(shimtrace, shimtrace, "trace", "-f", "-o", "/dev/null", "-p", first, "-p", second, (char*)NULL);
    _exit(127);
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const int rounds = atoi(argv[2]);
    const struct target running = start_target();
    const struct target stopped = start_target();
    if (!gets_on(&running) || !gets_on(&stopped)) return 2;
    kill(stopped.pid, SIGSTOP);
    if (!eventually_free(stopped.pid, "T")) return 2;

    long sent = 0;
    const char* harm = NULL;
    int round = 0, traced = 0;
    srandom((unsigned)getpid());
    for (; round < rounds && !harm; ++round) {
        const pid_t tracer = start_tracer(argv[1], &running, &stopped);
        // Every fourth is killed at any moment of its start, the others once they trace.
        for (int i = 0; round % 4 != 0 && i < 5000 && free_threads(running.pid, "RSD") == busy_threads + 1; ++i) nap(1000);
        const long moment = random() % 100000;
        for (long waited = 0; waited < moment; waited += 500) {
            if (sigqueue(running.pid, SIGRTMIN, (union sigval){0}) == 0) ++sent;
            nap(500);
        }
        traced += free_threads(running.pid, "RSD") != busy_threads + 1;
        kill(tracer, SIGKILL);
        int status = 0;
        waitpid(tracer, &status, 0);
        if (!WIFSIGNALED(status)) harm = "shimtrace ended by itself";
        if (!eventually_free(running.pid, "RSD")) harm = "a thread of the running process is traced, stopped or gone";
        if (!eventually_free(stopped.pid, "T")) harm = "a thread of the stopped process is traced, running or gone";
        if (!gets_on(&running)) harm = "a thread of the running process does not get on";
    }
    for (int i = 0; i < 5000 && running.progress->signals != sent; ++i) nap(1000);
    if (!harm && running.progress->signals != sent) harm = "a signal was lost";
    kill(stopped.pid, SIGCONT);
    if (!harm && !gets_on(&stopped)) harm = "the stopped process does not get on after SIGCONT";
    if (!harm && (running.progress->failures || stopped.progress->failures)) harm = "a call failed that does not fail untraced";
    if (!harm && traced < rounds / 4) harm = "it was hardly ever killed while it traced: nothing was tested";
    kill(running.pid, SIGKILL);
    kill(stopped.pid, SIGKILL);
    if (harm) {
        printf("not ok kill -9 of shimtrace harms no target - round %d: %s (signals: %ld of %ld)\n", round, harm, running.progress->signals,
               sent);
        return 1;
    }
    printf("ok kill -9 of shimtrace harms no target\n");
    printf("# %d kills, %d of them while it traced; all of %ld signals arrived\n", round, traced, sent);
    return 0;
}
