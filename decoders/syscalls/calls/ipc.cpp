// System V and POSIX message queues, semaphores and shared memory.
#include "decoders/constants/file.hpp"
#include "decoders/constants/memory.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/huge_pages.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

constexpr FlagName queue_flag_rows[] = {{0x800, "O_NONBLOCK"}};
constexpr FlagSet queue_flags{"O_???", queue_flag_rows};

void render_ipc_key(Printer& printer, const Slot& slot) {
    const auto key = static_cast<std::uint32_t>(slot.value);
    key == 0 ? printer.text("IPC_PRIVATE") : printer.hex(key);
}

/// IPC_CREAT|0600
void render_get_flags(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    if ((value & ~0777u) != 0) {
        printer.flags(ipc_get_flags, value & ~0777u);
        printer.put('|');
    }
    printer.octal_padded(value & 0777, 2);
}

template <const FlagSet& commands>
void render_command(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t ipc_64 = 0x100;
    const auto value = static_cast<std::uint32_t>(slot.value);
    if (value & ipc_64) printer.text("IPC_64|");
    printer.constant(commands, value & ~ipc_64);
}

// struct sembuf: {u16 number, i16 operation, i16 flags}

constexpr std::size_t operation_size = 6;
void capture_operations(Capture& capture, const Slot& slot, int level) {
    const std::uint64_t count = std::min(capture.call().argument32(slot.argument.other), capture.limits().array_elements);
    if (level == 0) capture.bytes(slot.value, count * operation_size);
}
void render_operations(Printer& printer, const Slot& slot) {
    array(printer, slot.value, printer.call().argument32(slot.argument.other), operation_size, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) {
              Fields fields(printer);
              fields("sem_num").unsigned_decimal(value_at<std::uint16_t>(bytes, 0));
              fields("sem_op").decimal(value_at<std::int16_t>(bytes, 2));
              fields("sem_flg").flags(semop_flags, value_at<std::uint16_t>(bytes, 4));
          });
}

// struct msgbuf: {long type, text}

constexpr std::size_t message_header = 8;
void print_message(Printer& printer, std::uint64_t address, std::uint64_t length) {
    const auto type = address ? printer.call().value<std::int64_t>(address) : std::nullopt;
    if (!type) return printer.address(address);
    Fields fields(printer);
    fields("mtype").decimal(*type);
    fields("mtext").buffer(address + message_header, length);
}
template <bool filled>
void capture_message(Capture& capture, const Slot& slot, int level) {
    if (level != 0) return;
    capture.bytes(slot.value, message_header);
    const auto result = static_cast<std::uint64_t>(std::max<std::int64_t>(capture.call().result(), 0));
    capture.payload(slot.value + message_header, filled ? result : capture.call().argument(slot.argument.other));
}
void render_message_in(Printer& printer, const Slot& slot) {
    print_message(printer, slot.value, printer.call().argument(slot.argument.other));
}
void render_message_out(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    print_message(printer, slot.value, static_cast<std::uint64_t>(std::max<std::int64_t>(printer.call().result(), 0)));
}

// struct mq_attr: {long flags, maximum, size, current}

constexpr std::size_t queue_attributes_size = 64;
void print_queue_attributes(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    const auto flags = value_at<std::uint64_t>(bytes, 0);
    flags == 0 ? fields("mq_flags").put('0') : fields("mq_flags").flags(queue_flags, flags);
    fields("mq_maxmsg").decimal(value_at<std::int64_t>(bytes, 8));
    fields("mq_msgsize").decimal(value_at<std::int64_t>(bytes, 16));
    fields("mq_curmsgs").decimal(value_at<std::int64_t>(bytes, 24));
}
bool creates_queue(const Call& call, const Slot& slot) {
    constexpr std::uint64_t create = 0100;
    return (call.argument(slot.argument.other) & create) != 0;
}

// shmctl, semctl and msgctl: what the last argument is depends on the command.

// linux/ipc.h, linux/shm.h, linux/sem.h, linux/msg.h. STAT of each kind reads an object by its place in the kernel's table.
constexpr std::uint32_t ipc_64 = 0x100, ipc_set = 1, ipc_stat = 2, msg_stat = 11, shm_stat = 13, sem_stat = 18;
constexpr std::size_t largest = 120;

std::uint32_t command_of(const Call& call, const Slot& slot) {
    return call.argument32(slot.argument.other) & ~ipc_64;
}

/// struct ipc64_perm: {i32 key, u32 uid, gid, cuid, cgid, mode}
void print_permissions(Printer& printer, std::span<const std::byte> bytes, bool whole) {
    Fields fields(printer);
    fields("uid").unsigned_decimal(value_at<std::uint32_t>(bytes, 4));
    fields("gid").unsigned_decimal(value_at<std::uint32_t>(bytes, 8));
    fields("mode").octal_padded(value_at<std::uint32_t>(bytes, 20), 2);
    if (!whole) return;
    fields("key").hex(value_at<std::uint32_t>(bytes, 0));
    fields("cuid").unsigned_decimal(value_at<std::uint32_t>(bytes, 12));
    fields("cgid").unsigned_decimal(value_at<std::uint32_t>(bytes, 16));
}

/// A 64-bit field of a status struct.
struct StatusField {
    std::string_view name;
    std::size_t offset;
    bool is_pid = false;    ///< 32 bits
    bool when_set = false;  ///< IPC_SET changes it too
};
constexpr StatusField shm_fields[] = {{"shm_segsz", 48}, {"shm_cpid", 80, true}, {"shm_lpid", 84, true}, {"shm_nattch", 88},
                                      {"shm_atime", 56}, {"shm_dtime", 64},      {"shm_ctime", 72}};
constexpr StatusField sem_fields[] = {{"sem_otime", 48}, {"sem_ctime", 64}, {"sem_nsems", 80}};
constexpr StatusField msg_fields[] = {
    {"msg_stime", 48},       {"msg_rtime", 56},       {"msg_ctime", 64}, {"msg_qnum", 80}, {"msg_qbytes", 88, false, true},
    {"msg_lspid", 96, true}, {"msg_lrpid", 100, true}};

/// A kind of object: its command beside IPC_STAT that reads a status, and how that is printed.
struct StatusLayout {
    std::uint32_t stat_by_index;
    std::string_view permissions;
    std::span<const StatusField> fields;  ///< in strace's order
};
constexpr StatusLayout shm_layout{shm_stat, "shm_perm", shm_fields};
constexpr StatusLayout sem_layout{sem_stat, "sem_perm", sem_fields};
constexpr StatusLayout msg_layout{msg_stat, "msg_perm", msg_fields};

bool reads_status(const StatusLayout& layout, std::uint32_t command) {
    return command == ipc_stat || command == layout.stat_by_index;
}
template <const StatusLayout& layout>
bool status_late(const Call& call, const Slot& slot) {
    return reads_status(layout, command_of(call, slot));
}
template <const StatusLayout& layout>
void capture_status(Capture& capture, const Slot& slot, int level) {
    const std::uint32_t command = command_of(capture.call(), slot);
    if (level == 0 && (reads_status(layout, command) || command == ipc_set)) capture.bytes(slot.value, largest);
}
template <const StatusLayout& layout>
void render_status(Printer& printer, const Slot& slot) {
    constexpr std::size_t smallest = 104;
    const Call& call = printer.call();
    const std::uint32_t command = command_of(call, slot);
    const bool shown = reads_status(layout, command) ? call.succeeded() : command == ipc_set;
    const auto bytes = shown && slot.value ? call.bytes(slot.value, largest) : std::nullopt;
    if (!bytes || bytes->size() < smallest) return printer.address(slot.value);
    Fields fields(printer);
    print_permissions(fields(layout.permissions), *bytes, command != ipc_set);
    for (const StatusField& row : layout.fields) {
        if (command == ipc_set && !row.when_set) continue;
        Printer& field = fields(row.name);
        row.is_pid ? field.pid(value_at<std::int32_t>(*bytes, row.offset))
                   : field.unsigned_decimal(value_at<std::uint64_t>(*bytes, row.offset));
    }
}
template <const StatusLayout& layout>
constexpr ArgumentType status{
    .phase = Phase::by_call, .render = render_status<layout>, .capture = capture_status<layout>, .late = status_late<layout>};

void render_shm_flags(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    const std::uint32_t flags = value & ~0777u & ~(huge_mask << huge_shift);
    if (flags != 0) {
        printer.flags(shm_get_flags, flags);
        print_huge(printer, value, "SHM_HUGE_SHIFT");
        printer.put('|');
    }
    printer.octal_padded(value & 0777, 2);
}

}  // namespace

namespace types {

static constexpr ArgumentType ipc_key{.render = render_ipc_key};
static constexpr ArgumentType ipc_flags{.render = render_get_flags};
static constexpr ArgumentType ipc_command{.render = render_command<shmctl_commands>};
static constexpr ArgumentType semaphore_command{.render = render_command<semctl_commands>};
static constexpr ArgumentType message_command{.render = render_command<msgctl_commands>};
static constexpr ArgumentType semaphore_operations{.render = render_operations, .capture = capture_operations, .compat = &same};
static constexpr ArgumentType ipc_message_in{.render = render_message_in, .capture = capture_message<false>, .compat = &address};
static constexpr ArgumentType ipc_message_out{
    .phase = Phase::exit, .render = render_message_out, .capture = capture_message<true>, .compat = &address};
static constexpr ArgumentType queue_attributes_create{.render = render_struct_in<queue_attributes_size, print_queue_attributes>,
                                                      .capture = capture_struct<queue_attributes_size>,
                                                      .present = creates_queue};
static constexpr ArgumentType queue_attributes_in = in_32_bits(struct_in<queue_attributes_size, print_queue_attributes>, &address);
static constexpr ArgumentType queue_attributes_out = in_32_bits(struct_out<queue_attributes_size, print_queue_attributes>, &address);
static constexpr ArgumentType shm_status = in_32_bits(status<shm_layout>, &address);
static constexpr ArgumentType sem_status = in_32_bits(status<sem_layout>, &address);
static constexpr ArgumentType msg_status = in_32_bits(status<msg_layout>, &address);
static constexpr ArgumentType shm_flags{.render = render_shm_flags};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow ipc_table[] = {
    {"shmget", class_ipc, {of("key", types::ipc_key), size("size"), of("shmflg", types::shm_flags)}},
    {"shmat", class_ipc | class_memory, {number("shmid"), address("shmaddr"), flags("shmflg", shmat_flags)}, results::hex},
    {"shmctl", class_ipc, {number("shmid"), of("cmd", types::ipc_command), of("buf", types::shm_status, 1)}},
    {"shmdt", class_ipc | class_memory, {address("shmaddr")}},
    {"semget", class_ipc, {of("key", types::ipc_key), number("nsems"), of("semflg", types::ipc_flags)}},
    {"semop",
     class_ipc,
     {number("semid"), of("sops", types::semaphore_operations, 2), count("nsops")},
     {.waits = {sleeps}, .ends_with_eintr = true}},
    {"semtimedop",
     class_ipc,
     {number("semid"), of("sops", types::semaphore_operations, 2), count("nsops"), of("timeout", types::timespec_in)},
     {.waits = {sleeps}, .ends_with_eintr = true}},
    {"semctl", class_ipc, {number("semid"), number("semnum"), of("cmd", types::semaphore_command), of("arg", types::sem_status, 2)}},
    {"msgget", class_ipc, {of("key", types::ipc_key), of("msgflg", types::ipc_flags)}},
    {"msgsnd", class_ipc, {number("msqid"), of("msgp", types::ipc_message_in, 2), size("msgsz"), flags("msgflg", msg_ipc_flags)}},
    {"msgrcv",
     class_ipc,
     {number("msqid"), of("msgp", types::ipc_message_out), size("msgsz"), number64("msgtyp"), flags("msgflg", msg_ipc_flags)},
     {.waits = {sleeps}}},
    {"msgctl", class_ipc, {number("msqid"), of("cmd", types::message_command), of("buf", types::msg_status, 1)}},
    {"mq_open",
     class_desc,
     {string("name"), of("oflag", types::open_flags), of("mode", types::open_mode, 1), of("attr", types::queue_attributes_create, 1)},
     results::fd},
    {"mq_unlink", 0, {string("name")}},
    {"mq_timedsend",
     class_desc,
     {fd("mqdes"), in_buffer("msg_ptr", 2), size("msg_len"), count("msg_prio"), of("abs_timeout", types::timespec_in)}},
    {"mq_timedreceive",
     class_desc,
     {fd("mqdes"), out_buffer("msg_ptr"), size("msg_len"), of("msg_prio", types::out_uint32), of("abs_timeout", types::timespec_in)}},
    {"mq_notify", class_desc, {fd("mqdes"), of("sevp", types::sigevent)}},
    {"mq_getsetattr", class_desc, {fd("mqdes"), of("newattr", types::queue_attributes_in), of("oldattr", types::queue_attributes_out)}},
};

constinit const std::span<const SyscallRow> ipc_rows = ipc_table;

}  // namespace shimtrace::decoders
