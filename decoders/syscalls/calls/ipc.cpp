// System V and POSIX message queues, semaphores and shared memory.
#include "decoders/constants/file.hpp"
#include "decoders/constants/memory.hpp"
#include "decoders/constants/process.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/huge_pages.hpp"
#include "decoders/syscalls/layout/layout_argument.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

using values::s32, values::s64, values::u16, values::u64, values::x64;

constexpr FlagName queue_flag_rows[] = {{0x800, "O_NONBLOCK"}};
constexpr FlagSet queue_flags{"O_???", queue_flag_rows};

void render_ipc_key(Printer& printer, const Slot& slot) {
    const auto key = static_cast<std::uint32_t>(slot.value);
    key == 0 ? styled(printer, "IPC_PRIVATE", [&] { printer.put('0'); }) : printer.hex(key);
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

constexpr std::uint32_t ipc_64 = 0x100;

void render_ipc_command(Printer& printer, const Slot& slot) {
    if (slot.value & ipc_64) printer.text("IPC_64|");
    types::selector.render(printer, Slot{slot.argument, slot.value & ~std::uint64_t{ipc_64}, slot.index});
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

constexpr std::uint16_t queue_attributes_size = 64;
constexpr Field queue_fields[] = {{"mq_flags", values::flags64(queue_flags)}, {"mq_maxmsg mq_msgsize mq_curmsgs", s64}};
constexpr Field new_queue_fields[] = {{"mq_flags", x64}, {"mq_maxmsg mq_msgsize mq_curmsgs", s64}};  // its flags are those of the call
constexpr Layout queue{.fields = queue_fields, .size = queue_attributes_size},
    new_queue{.fields = new_queue_fields, .size = queue_attributes_size};
bool creates_queue(const Call& call, const Slot& slot) {
    constexpr std::uint64_t create = 0100;
    return (call.argument(slot.argument.other) & create) != 0;
}

// shmctl, semctl and msgctl: linux/ipc.h, linux/shm.h, linux/sem.h, linux/msg.h.

constexpr std::size_t smallest_status = 104, largest_status = 120;

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
constexpr StatusField generic_sem_fields[] = {{"sem_otime", 48}, {"sem_ctime", 56}, {"sem_nsems", 64}};  // asm-generic/sembuf.h
constexpr StatusField msg_fields[] = {
    {"msg_stime", 48},       {"msg_rtime", 56},       {"msg_ctime", 64}, {"msg_qnum", 80}, {"msg_qbytes", 88, false, true},
    {"msg_lspid", 96, true}, {"msg_lrpid", 100, true}};

/// How the status of a kind of object is printed.
struct StatusLayout {
    std::string_view permissions;
    std::span<const StatusField> fields;          ///< in strace's order
    std::span<const StatusField> generic_fields;  ///< on aarch64
};
constexpr StatusLayout shm_layout{"shm_perm", shm_fields, shm_fields}, sem_layout{"sem_perm", sem_fields, generic_sem_fields},
    msg_layout{"msg_perm", msg_fields, msg_fields};

/// `sets`: IPC_SET's, which says less.
template <const StatusLayout& layout, bool sets>
void render_status(Printer& printer, const Slot& slot) {
    const bool shown = sets || printer.call().succeeded();
    const auto bytes = shown && slot.value ? printer.call().bytes(slot.value, largest_status) : std::nullopt;
    if (!bytes || bytes->size() < smallest_status) return printer.address(slot.value);
    Fields fields(printer);
    print_permissions(fields(layout.permissions), *bytes, !sets);
    for (const StatusField& row : printer.call().enter().arch == Arch::aarch64 ? layout.generic_fields : layout.fields) {
        if (sets && !row.when_set) continue;
        Printer& field = fields(row.name);
        row.is_pid ? field.pid(value_at<std::int32_t>(*bytes, row.offset))
                   : field.unsigned_decimal(value_at<std::uint64_t>(*bytes, row.offset));
    }
}
template <const StatusLayout& layout>
constexpr ArgumentType status_in{
    .render = render_status<layout, true>, .capture = capture_struct<largest_status>, .compat = &types::address};
template <const StatusLayout& layout>
constexpr ArgumentType status_out{
    .phase = Phase::exit, .render = render_status<layout, false>, .capture = capture_struct<largest_status>, .compat = &types::address};

// What is said of all objects of a kind.

constexpr Field message_info_fields[] = {{"msgpool msgmap msgmax msgmnb msgmni msgssz msgtql", s32}, {"msgseg", u16}};
constexpr Field semaphore_info_fields[] = {{"semmap semmni semmns semmnu semmsl semopm semume semusz semvmx semaem", s32}};
constexpr Field memory_limit_fields[] = {{"shmmax shmmin shmmni shmseg shmall", u64}};
constexpr Field memory_use_fields[] = {{"used_ids", s32}, {"shm_tot shm_rss shm_swp swap_attempts swap_successes", u64}};
constexpr Layout message_info{.fields = message_info_fields, .size = 32}, semaphore_info{semaphore_info_fields},
    memory_limits{.fields = memory_limit_fields, .size = 72}, memory_use{memory_use_fields};
template <const Layout& layout>
constexpr ArgumentType info_out = in_32_bits(layout_out<layout>, &types::address);

void render_shm_flags(Printer& printer, const Slot& slot) {
    const auto value = static_cast<std::uint32_t>(slot.value);
    const std::uint32_t flags = value & ~0777u & ~(huge_mask << huge_shift);
    if (flags != 0) {
        printer.flags(shm_get_flags, flags);
        printer.put('|');
    }
    if ((value >> huge_shift & huge_mask) != 0) {
        print_huge(printer, value, "SHM_HUGE_SHIFT");
        printer.put('|');
    }
    printer.octal_padded(value & 0777, 2);
}

}  // namespace

namespace types {

static constexpr ArgumentType ipc_key{.render = render_ipc_key};
static constexpr ArgumentType ipc_flags{.render = render_get_flags};
static constexpr ArgumentType ipc_command{.render = render_ipc_command};
static constexpr ArgumentType semaphore_operations{.render = render_operations, .capture = capture_operations, .compat = &same};
static constexpr ArgumentType ipc_message_in{.render = render_message_in, .capture = capture_message<false>, .compat = &address};
static constexpr ArgumentType ipc_message_out{
    .phase = Phase::exit, .render = render_message_out, .capture = capture_message<true>, .compat = &address};
static constexpr ArgumentType queue_attributes_create{
    .render = render_of_layout_in<new_queue>, .capture = capture_of_layout<new_queue>, .present = creates_queue};
static constexpr ArgumentType queue_attributes_in = in_32_bits(layout_in<queue>, &address);
static constexpr ArgumentType queue_attributes_out = in_32_bits(layout_out<queue>, &address);
static constexpr ArgumentType shm_flags{.render = render_shm_flags};

}  // namespace types

using namespace arguments;

static constexpr Variant shmctl_variants[] = {
    {0, "IPC_RMID"},
    {1, "IPC_SET", {of("buf", status_in<shm_layout>)}},
    {2, "IPC_STAT", {of("buf", status_out<shm_layout>)}},
    {3, "IPC_INFO", {of("buf", info_out<memory_limits>)}},
    {13, "SHM_STAT", {of("buf", status_out<shm_layout>)}},
    {14, "SHM_INFO", {of("buf", info_out<memory_use>)}},
    {15, "SHM_STAT_ANY", {of("buf", status_out<shm_layout>)}},
    {11, "SHM_LOCK"},
    {12, "SHM_UNLOCK"},
};
static constexpr Variant semctl_variants[] = {
    {0, "IPC_RMID"},
    {1, "IPC_SET", {of("arg", status_in<sem_layout>)}},
    {2, "IPC_STAT", {of("arg", status_out<sem_layout>)}},
    {3, "IPC_INFO", {of("arg", info_out<semaphore_info>)}},
    {18, "SEM_STAT", {of("arg", status_out<sem_layout>)}},
    {19, "SEM_INFO", {of("arg", info_out<semaphore_info>)}},
    {20, "SEM_STAT_ANY", {of("arg", status_out<sem_layout>)}},
    {11, "GETPID"},
    {12, "GETVAL"},
    {13, "GETALL"},
    {14, "GETNCNT"},
    {15, "GETZCNT"},
    {16, "SETVAL"},
    {17, "SETALL"},
};
static constexpr Variant msgctl_variants[] = {
    {0, "IPC_RMID"},
    {1, "IPC_SET", {of("buf", status_in<msg_layout>)}},
    {2, "IPC_STAT", {of("buf", status_out<msg_layout>)}},
    {3, "IPC_INFO", {of("buf", info_out<message_info>)}},
    {11, "MSG_STAT", {of("buf", status_out<msg_layout>)}},
    {12, "MSG_INFO", {of("buf", info_out<message_info>)}},
    {13, "MSG_STAT_ANY", {of("buf", status_out<msg_layout>)}},
};
static constexpr VariantTable shmctl_by_command{shmctl_variants, "SHM_???", 1, ipc_64},
    semctl_by_command{semctl_variants, "SEM_???", 2, ipc_64}, msgctl_by_command{msgctl_variants, "MSG_???", 1, ipc_64};

static constexpr SyscallRow ipc_table[] = {
    {"shmget", class_ipc, {of("key", types::ipc_key), size("size"), of("shmflg", types::shm_flags)}},
    {"shmat", class_ipc | class_memory, {number("shmid"), address("shmaddr"), flags("shmflg", shmat_flags)}, results::hex},
    {"shmctl", class_ipc, {number("shmid"), of("cmd", types::ipc_command), address("buf")}, shmctl_by_command},
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
    {"semctl", class_ipc, {number("semid"), number("semnum"), of("cmd", types::ipc_command), address("arg")}, semctl_by_command},
    {"msgget", class_ipc, {of("key", types::ipc_key), of("msgflg", types::ipc_flags)}},
    {"msgsnd",
     class_ipc,
     {number("msqid"), of("msgp", types::ipc_message_in, 2), size("msgsz"), flags("msgflg", msg_ipc_flags)},
     {.waits = {sleeps}}},
    {"msgrcv",
     class_ipc,
     {number("msqid"), of("msgp", types::ipc_message_out), size("msgsz"), number64("msgtyp"), flags("msgflg", msg_ipc_flags)},
     {.waits = {sleeps}}},
    {"msgctl", class_ipc, {number("msqid"), of("cmd", types::ipc_command), address("buf")}, msgctl_by_command},
    {"mq_open",
     class_desc,
     {path("name"), of("oflag", types::open_flags), of("mode", types::open_mode, 1), of("attr", types::queue_attributes_create, 1)},
     results::fd},
    {"mq_unlink", 0, {path("name")}},
    {"mq_timedsend",
     class_desc,
     {fd("mqdes"), in_buffer("msg_ptr", 2), size("msg_len"), count("msg_prio"), of("abs_timeout", types::timespec_in)},
     {.waits = {writes, 0}}},
    {"mq_timedreceive",
     class_desc,
     {fd("mqdes"), out_buffer("msg_ptr"), size("msg_len"), of("msg_prio", types::out_uint32), of("abs_timeout", types::timespec_in)},
     {.waits = {reads, 0}}},
    {"mq_notify", class_desc, {fd("mqdes"), of("sevp", types::sigevent)}},
    {"mq_getsetattr", class_desc, {fd("mqdes"), of("newattr", types::queue_attributes_in), of("oldattr", types::queue_attributes_out)}},
};

constinit const std::span<const SyscallRow> ipc_rows = ipc_table;

}  // namespace shimtrace::decoders
