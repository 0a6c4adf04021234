// System V and POSIX message queues, semaphores and shared memory.
#include "decoders/constants/file.hpp"
#include "decoders/constants/memory.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow ipc_table[] = {
    {"shmget", class_ipc, {of("key", kinds::ipc_key), size("size"), of("shmflg", kinds::shm_flags)}},
    {"shmat", class_ipc | class_memory, {number("shmid"), address("shmaddr"), flags("shmflg", shmat_flags)}, results::hex},
    {"shmctl", class_ipc, {number("shmid"), of("cmd", kinds::ipc_command), of("buf", kinds::shm_status, 1)}},
    {"shmdt", class_ipc | class_memory, {address("shmaddr")}},
    {"semget", class_ipc, {of("key", kinds::ipc_key), number("nsems"), of("semflg", kinds::ipc_flags)}},
    {"semop",
     class_ipc,
     {number("semid"), of("sops", kinds::semaphore_operations, 2), count("nsops")},
     {.waits = {sleeps}, .ends_with_eintr = true}},
    {"semtimedop",
     class_ipc,
     {number("semid"), of("sops", kinds::semaphore_operations, 2), count("nsops"), of("timeout", kinds::timespec_in)},
     {.waits = {sleeps}, .ends_with_eintr = true}},
    {"semctl", class_ipc, {number("semid"), number("semnum"), of("cmd", kinds::semaphore_command), of("arg", kinds::sem_status, 2)}},
    {"msgget", class_ipc, {of("key", kinds::ipc_key), of("msgflg", kinds::ipc_flags)}},
    {"msgsnd", class_ipc, {number("msqid"), of("msgp", kinds::ipc_message_in, 2), size("msgsz"), flags("msgflg", msg_ipc_flags)}},
    {"msgrcv",
     class_ipc,
     {number("msqid"), of("msgp", kinds::ipc_message_out), size("msgsz"), number64("msgtyp"), flags("msgflg", msg_ipc_flags)},
     {.waits = {sleeps}}},
    {"msgctl", class_ipc, {number("msqid"), of("cmd", kinds::message_command), of("buf", kinds::msg_status, 1)}},
    {"mq_open",
     class_desc,
     {string("name"), of("oflag", kinds::open_flags), of("mode", kinds::open_mode, 1), of("attr", kinds::queue_attributes_create, 1)},
     results::fd},
    {"mq_unlink", 0, {string("name")}},
    {"mq_timedsend",
     class_desc,
     {fd("mqdes"), in_buffer("msg_ptr", 2), size("msg_len"), count("msg_prio"), of("abs_timeout", kinds::timespec_in)}},
    {"mq_timedreceive",
     class_desc,
     {fd("mqdes"), out_buffer("msg_ptr"), size("msg_len"), of("msg_prio", kinds::out_uint32), of("abs_timeout", kinds::timespec_in)}},
    {"mq_notify", class_desc, {fd("mqdes"), of("sevp", kinds::sigevent)}},
    {"mq_getsetattr", class_desc, {fd("mqdes"), of("newattr", kinds::queue_attributes_in), of("oldattr", kinds::queue_attributes_out)}},
};

std::span<const SyscallRow> ipc_rows() {
    return ipc_table;
}

}  // namespace shimtrace::decoders
