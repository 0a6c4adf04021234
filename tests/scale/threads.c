// threads COUNT: that many, of which one has a mutex that all others wait for.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void* wait_for_it(void* unused) {
    pthread_mutex_lock(&lock);
    return unused;
}

int main(int argc, char** argv) {
    const int count = argc > 1 ? atoi(argv[1]) : 5000;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    pthread_mutex_lock(&lock);
    for (int i = 1; i < count; ++i) {
        pthread_t thread;
        if (pthread_create(&thread, &small, wait_for_it, NULL) != 0) {
            perror("pthread_create");
            return 1;
        }
    }
    sleep(1);
    printf("ready\n");
    fflush(stdout);
    pause();
}
