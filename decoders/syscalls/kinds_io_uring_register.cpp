// io_uring_register: what the argument is depends on the operation (io_uring_register(2)).
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/iovec.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::size_t iovec_size = 16;

enum RegisterOperation : std::uint32_t { buffers = 0, files = 2, eventfd = 4, probe = 8, eventfd_async = 7 };

constexpr FlagName io_uring_operation_rows[] = {
    {0, "IORING_OP_NOP"},
    {1, "IORING_OP_READV"},
    {2, "IORING_OP_WRITEV"},
    {3, "IORING_OP_FSYNC"},
    {4, "IORING_OP_READ_FIXED"},
    {5, "IORING_OP_WRITE_FIXED"},
    {6, "IORING_OP_POLL_ADD"},
    {7, "IORING_OP_POLL_REMOVE"},
    {8, "IORING_OP_SYNC_FILE_RANGE"},
    {9, "IORING_OP_SENDMSG"},
    {10, "IORING_OP_RECVMSG"},
    {11, "IORING_OP_TIMEOUT"},
    {12, "IORING_OP_TIMEOUT_REMOVE"},
    {13, "IORING_OP_ACCEPT"},
    {14, "IORING_OP_ASYNC_CANCEL"},
    {15, "IORING_OP_LINK_TIMEOUT"},
    {16, "IORING_OP_CONNECT"},
    {17, "IORING_OP_FALLOCATE"},
    {18, "IORING_OP_OPENAT"},
    {19, "IORING_OP_CLOSE"},
    {20, "IORING_OP_FILES_UPDATE"},
    {21, "IORING_OP_STATX"},
    {22, "IORING_OP_READ"},
    {23, "IORING_OP_WRITE"},
    {24, "IORING_OP_FADVISE"},
    {25, "IORING_OP_MADVISE"},
    {26, "IORING_OP_SEND"},
    {27, "IORING_OP_RECV"},
    {28, "IORING_OP_OPENAT2"},
    {29, "IORING_OP_EPOLL_CTL"},
    {30, "IORING_OP_SPLICE"},
    {31, "IORING_OP_PROVIDE_BUFFERS"},
    {32, "IORING_OP_REMOVE_BUFFERS"},
    {33, "IORING_OP_TEE"},
    {34, "IORING_OP_SHUTDOWN"},
    {35, "IORING_OP_RENAMEAT"},
    {36, "IORING_OP_UNLINKAT"},
    {37, "IORING_OP_MKDIRAT"},
    {38, "IORING_OP_SYMLINKAT"},
    {39, "IORING_OP_LINKAT"},
    {40, "IORING_OP_MSG_RING"},
    {41, "IORING_OP_FSETXATTR"},
    {42, "IORING_OP_SETXATTR"},
    {43, "IORING_OP_FGETXATTR"},
    {44, "IORING_OP_GETXATTR"},
    {45, "IORING_OP_SOCKET"},
    {46, "IORING_OP_URING_CMD"},
    {47, "IORING_OP_SEND_ZC"},
    {48, "IORING_OP_SENDMSG_ZC"},
    {49, "IORING_OP_READ_MULTISHOT"},
    {50, "IORING_OP_WAITID"},
    {51, "IORING_OP_FUTEX_WAIT"},
    {52, "IORING_OP_FUTEX_WAKE"},
    {53, "IORING_OP_FUTEX_WAITV"},
    {54, "IORING_OP_FIXED_FD_INSTALL"},
    {55, "IORING_OP_FTRUNCATE"},
    {56, "IORING_OP_BIND"},
    {57, "IORING_OP_LISTEN"},
    {58, "IORING_OP_RECV_ZC"},
    {59, "IORING_OP_EPOLL_WAIT"},
    {60, "IORING_OP_READV_FIXED"},
    {61, "IORING_OP_WRITEV_FIXED"},
    {62, "IORING_OP_PIPE"},
};
constexpr FlagSet io_uring_operations{"IORING_OP_???", io_uring_operation_rows};
constexpr FlagName io_uring_operation_flag_rows[] = {{1, "IO_URING_OP_SUPPORTED"}};
constexpr FlagSet io_uring_operation_flags{"IO_URING_OP_???", io_uring_operation_flag_rows};

// struct io_uring_probe: {u8 last_op, u8 ops_len, u16, u32[3]}, then {u8 op, u8, u16 flags, u32} for each.
constexpr std::size_t probe_header = 16, probe_entry = 8, most_probed = 256;

std::uint64_t count_of(const Call& call) {
    constexpr std::uint64_t most = 1024;
    return std::min<std::uint64_t>(call.argument32(3), most);
}

bool argument_late(const Call& call, const Slot&) {
    return call.argument32(1) == probe;
}
void capture_register_argument(Capture& capture, const Slot& slot, int level) {
    if (level != 0) return;
    const std::uint64_t count = count_of(capture.call());
    switch (capture.call().argument32(1)) {
        case buffers:
            return capture.bytes(slot.value, count * iovec_size);
        case files:
            return capture.bytes(slot.value, count * 4);
        case eventfd:
        case eventfd_async:
            return capture.bytes(slot.value, 4);
        case probe:
            return capture.bytes(slot.value, probe_header + std::min<std::uint64_t>(count, most_probed) * probe_entry);
        default:
            return;
    }
}

void print_files(Printer& printer, std::uint64_t address, std::uint64_t count) {
    array(printer, address, count, 4, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { printer.fd(value_at<std::int32_t>(bytes, 0)); });
}
void print_probe(Printer& printer, std::uint64_t address, std::uint64_t count) {
    const Call& call = printer.call();
    const auto bytes = call.succeeded() && address ? call.bytes(address, probe_header + count * probe_entry) : std::nullopt;
    if (!bytes || bytes->size() < probe_header) return printer.address(address);
    const auto filled = std::min<std::uint64_t>({count, value_at<std::uint8_t>(*bytes, 1), (bytes->size() - probe_header) / probe_entry});
    Fields fields(printer);
    fields("last_op").constant(io_uring_operations, value_at<std::uint8_t>(*bytes, 0));
    fields("ops_len").unsigned_decimal(value_at<std::uint8_t>(*bytes, 1));
    Printer& operations = fields("ops");
    operations.put('[');
    for (std::uint64_t i = 0; i < filled; ++i) {
        const auto entry = bytes->subspan(probe_header + i * probe_entry, probe_entry);
        if (i != 0) operations.text(", ");
        Fields operation(operations);
        operation("op").constant(io_uring_operations, value_at<std::uint8_t>(entry, 0));
        operation("flags").flags(io_uring_operation_flags, value_at<std::uint16_t>(entry, 2));
    }
    operations.put(']');
}

void render_register_argument(Printer& printer, const Slot& slot) {
    const std::uint64_t count = count_of(printer.call());
    switch (printer.call().argument32(1)) {
        case buffers:
            return print_iovec(printer, slot.value, count, IovecContents::addresses, 0);
        case files:
            return print_files(printer, slot.value, count);
        case eventfd:
        case eventfd_async:
            return print_files(printer, slot.value, 1);
        case probe:
            return print_probe(printer, slot.value, std::min<std::uint64_t>(count, most_probed));
        default:
            return printer.address(slot.value);
    }
}

void collect_registered(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const std::uint32_t operation = call.argument32(1);
    if (operation != files && operation != eventfd && operation != eventfd_async) return;
    const std::uint64_t count = operation == files ? count_of(call) : 1;
    const auto bytes = slot.value ? call.bytes_at_entry(slot.value, count * 4) : std::nullopt;
    for (std::size_t at = 0; bytes && at + 4 <= bytes->size(); at += 4) into.push_back(Fd{value_at<std::int32_t>(*bytes, at)});
}

}  // namespace

namespace kinds {

const Kind io_uring_argument{.phase = Phase::by_call,
                             .render = render_register_argument,
                             .capture = capture_register_argument,
                             .descriptors = collect_registered,
                             .late = argument_late};

}  // namespace kinds

}  // namespace shimtrace::decoders
