// Threads, one after the other, so that the lines have one order.
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void* work(void* argument) {
    getuid();
    access((const char*)argument, F_OK);
    return NULL;
}

int main(void) {
    char path[] = "/absent/0";
    for (int i = 0; i < 3; ++i) {
        pthread_t thread;
        path[8] = (char)('0' + i);
        pthread_create(&thread, NULL, work, path);
        pthread_join(thread, NULL);
    }
    return 0;
}
