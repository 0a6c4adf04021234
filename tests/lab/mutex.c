// mutex HOW [FILE]: threads and locks of glibc's. Alone: `held` and `write` wait for a thread that sleeps with the lock, `priority` the
// same with a priority-inheriting one, `abba` two threads that wait for each other, `join` for a thread that waits for what its waiter
// holds, `gone` for a thread that has ended with it, `contended` two threads that take turns, `idle` a pool of threads without work,
// `accept` one whose threads take turns to accept; `forked` waits for a child that waits for a semaphore which a thread had when it was
// forked. With FILE, a robust mutex in shared memory: `take` takes and keeps it, `wait` waits for it; `leave` takes one that is not robust,
// and ends.
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t both = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t together;

static void* sleeper(void* lock) {
    pthread_mutex_lock(lock);
    pthread_barrier_wait(&together);
    for (;;) pause();
    return lock;
}

static void* writer(void* lock) {
    pthread_rwlock_wrlock(lock);
    pthread_barrier_wait(&together);
    for (;;) pause();
    return lock;
}

static void* quitter(void* lock) {
    pthread_mutex_lock(lock);
    return NULL;
}

static void* taker(void* lock) {
    pthread_barrier_wait(&together);
    pthread_mutex_lock(lock);
    return NULL;
}

static void* crossed(void* unused) {
    pthread_mutex_lock(&second);
    pthread_barrier_wait(&together);
    pthread_mutex_lock(&first);
    return unused;
}

static void* turns(void* unused) {
    for (;;) {
        pthread_mutex_lock(&first);
        usleep(2000);
        pthread_mutex_unlock(&first);
        usleep(200);
    }
    return unused;
}

static void* worker(void* unused) {
    pthread_mutex_lock(&first);
    for (;;) pthread_cond_wait(&work, &first);
    return unused;
}

static void* acceptor(void* listener) {
    for (;;) {
        pthread_mutex_lock(&first);
        close(accept(*(int*)listener, NULL, NULL));
        pthread_mutex_unlock(&first);
    }
    return listener;
}

static sem_t one_only;

static void* semaphore_sleeper(void* unused) {
    sem_wait(&one_only);
    pthread_barrier_wait(&together);
    for (;;) pause();
    return unused;
}

static int with_memory(const char* how, const char* path) {
    int file = open(path, O_RDWR | O_CREAT, 0666);
    if (file < 0 || ftruncate(file, 4096) != 0) return 1;
    pthread_mutex_t* lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (lock == MAP_FAILED) return 1;
    if (strcmp(how, "wait") != 0) {
        pthread_mutexattr_t kind;
        pthread_mutexattr_init(&kind);
        pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
        if (strcmp(how, "take") == 0) pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
        pthread_mutex_init(lock, &kind);
    }
    pthread_mutex_lock(lock);
    if (strcmp(how, "leave") == 0) _exit(0);
    for (;;) pause();
}

int main(int argc, char** argv) {
    pthread_t thread;
    if (argc == 3) return with_memory(argv[1], argv[2]);
    if (argc != 2) return 2;
    const char* how = argv[1];
    pthread_barrier_init(&together, NULL, 2);
    if (strcmp(how, "held") == 0) {
        pthread_create(&thread, NULL, sleeper, &first);
        pthread_barrier_wait(&together);
        pthread_mutex_lock(&first);
    } else if (strcmp(how, "priority") == 0) {
        pthread_mutexattr_t kind;
        pthread_mutexattr_init(&kind);
        pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT);
        pthread_mutex_init(&first, &kind);
        pthread_create(&thread, NULL, sleeper, &first);
        pthread_barrier_wait(&together);
        pthread_mutex_lock(&first);
    } else if (strcmp(how, "write") == 0) {
        pthread_create(&thread, NULL, writer, &both);
        pthread_barrier_wait(&together);
        pthread_rwlock_rdlock(&both);
    } else if (strcmp(how, "gone") == 0) {
        pthread_create(&thread, NULL, quitter, &first);
        pthread_join(thread, NULL);
        pthread_mutex_lock(&first);
    } else if (strcmp(how, "abba") == 0) {
        pthread_mutex_lock(&first);
        pthread_create(&thread, NULL, crossed, NULL);
        pthread_barrier_wait(&together);
        pthread_mutex_lock(&second);
    } else if (strcmp(how, "join") == 0) {
        pthread_mutex_lock(&first);
        pthread_create(&thread, NULL, taker, &first);
        pthread_barrier_wait(&together);
        pthread_join(thread, NULL);
    } else if (strcmp(how, "contended") == 0) {
        pthread_create(&thread, NULL, turns, NULL);
        turns(NULL);
    } else if (strcmp(how, "idle") == 0) {
        for (int i = 0; i < 4; ++i) pthread_create(&thread, NULL, worker, NULL);
        for (;;) pause();
    } else if (strcmp(how, "accept") == 0) {
        struct sockaddr_in anywhere = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int listener = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(listener, (struct sockaddr*)&anywhere, sizeof anywhere) != 0 || listen(listener, 5) != 0) return 1;
        for (int i = 0; i < 3; ++i) pthread_create(&thread, NULL, acceptor, &listener);
        for (;;) pause();
    } else if (strcmp(how, "forked") == 0) {
        sem_init(&one_only, 0, 1);
        pthread_create(&thread, NULL, semaphore_sleeper, NULL);
        pthread_barrier_wait(&together);
        pid_t child = fork();
        if (child == 0) sem_wait(&one_only);
        waitpid(child, NULL, 0);
    }
    return 1;
}
