// shmctl, semctl and msgctl: what the last argument is depends on the command.
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

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
constexpr Kind status{
    .phase = Phase::by_call, .render = render_status<layout>, .capture = capture_status<layout>, .late = status_late<layout>};

}  // namespace

namespace kinds {

const Kind shm_status = status<shm_layout>;
const Kind sem_status = status<sem_layout>;
const Kind msg_status = status<msg_layout>;

}  // namespace kinds

}  // namespace shimtrace::decoders
