// Mappings, and system V objects.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int main(void) {
    unshare(CLONE_NEWIPC);  // so that the ids of its objects are the same in every run
    int zero = open("/dev/zero", O_RDONLY);
    char* pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_POPULATE, zero, 0x1000);
    mmap(NULL, 0, PROT_NONE, 0, -1, 0);
    mprotect(pages, 4096, PROT_READ | PROT_EXEC);
    madvise(pages, 4096, MADV_DONTNEED);
    madvise(pages, 4096, 999);
    msync(pages, 4096, MS_ASYNC | MS_INVALIDATE);
    mlock(pages, 4096);
    munlock(pages, 4096);
    unsigned char resident[2];
    mincore(pages, 4096, resident);
    mremap(pages, 4096, 4096, MREMAP_MAYMOVE);
    munmap(pages, 8192);
    munmap((void*)1, 4096);
    ftruncate(memfd_create("name", MFD_CLOEXEC | MFD_ALLOW_SEALING), 5);
    char bytes[8];
    struct iovec local = {bytes, 8}, remote = {bytes, 4};
    syscall(SYS_process_vm_readv, getpid(), &local, 1UL, &remote, 1UL, 0UL);
    int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);
    shmdt(shmat(segment, NULL, SHM_RDONLY));
    shmctl(segment, IPC_RMID, NULL);
    int semaphores = semget(IPC_PRIVATE, 2, 0600);
    struct sembuf operation = {0, 1, SEM_UNDO | IPC_NOWAIT};
    semop(semaphores, &operation, 1);
    semctl(semaphores, 0, IPC_RMID);
    int queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    struct {
        long type;
        char text[10];
    } message = {5, "hi"};
    msgsnd(queue, &message, 3, 0);
    msgrcv(queue, &message, 10, 0, IPC_NOWAIT);
    msgctl(queue, IPC_RMID, NULL);
    syscall(SYS_membarrier, 0, 0, 0);
    getrandom(bytes, 0, GRND_NONBLOCK);
    return 0;
}
