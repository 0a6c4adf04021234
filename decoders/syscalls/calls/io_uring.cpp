// io_uring, with io_uring_register by its operation, and the older way of asynchronous I/O.
#include "decoders/constants/process.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/aio.hpp"
#include "decoders/syscalls/iovec.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::size_t iovec_size = 16;

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
constexpr std::uint64_t probe_header = 16, probe_entry = 8, most_probed = 256;

std::uint64_t count_of(const Call& call) {
    constexpr std::uint64_t most = 1024;
    return std::min<std::uint64_t>(call.argument32(3), most);
}

/// So many of them as the last argument says.
template <std::uint64_t size>
void capture_list(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, count_of(capture.call()) * size);
}
void render_buffers(Printer& printer, const Slot& slot) {
    print_iovec(printer, slot.value, count_of(printer.call()), IovecContents::addresses, 0);
}
template <bool one>
void render_files(Printer& printer, const Slot& slot) {
    array(printer, slot.value, one ? 1 : count_of(printer.call()), 4, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { printer.fd(value_at<std::int32_t>(bytes, 0)); });
}
template <bool one>
void collect_files(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const auto bytes = slot.value ? call.bytes_at_entry(slot.value, (one ? 1 : count_of(call)) * 4) : std::nullopt;
    for (std::size_t at = 0; bytes && at + 4 <= bytes->size(); at += 4) into.push_back(Fd{value_at<std::int32_t>(*bytes, at)});
}
void capture_probe(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, probe_header + std::min(count_of(capture.call()), most_probed) * probe_entry);
}
void render_probe(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const std::uint64_t count = std::min(count_of(call), most_probed);
    const auto bytes = call.succeeded() && slot.value ? call.bytes(slot.value, probe_header + count * probe_entry) : std::nullopt;
    if (!bytes || bytes->size() < probe_header) return printer.address(slot.value);
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

// linux/io_uring.h: struct io_uring_params

constexpr std::size_t parameters_size = 120;
void print_ring_offsets(Printer& printer, std::span<const std::byte> bytes, std::span<const std::string_view> names) {
    Fields fields(printer);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!names[i].empty()) fields(names[i]).unsigned_decimal(value_at<std::uint32_t>(bytes, i * 4));
}
void render_parameters(Printer& printer, const Slot& slot) {
    enum Flag : std::uint32_t { submission_thread = 2, submission_affinity = 4, completion_size = 8, attach_queue = 32 };
    const Call& call = printer.call();
    const auto bytes = slot.value ? call.bytes(slot.value, parameters_size) : std::nullopt;
    if (!bytes || bytes->size() < parameters_size) return printer.address(slot.value);
    const auto u32 = [&](std::size_t offset) { return value_at<std::uint32_t>(*bytes, offset); };
    const std::uint32_t flags = u32(8);
    Fields fields(printer);
    fields("flags").flags(io_uring_setup_flags, flags);
    if ((flags & completion_size) && call.failed()) fields("cq_entries").unsigned_decimal(u32(4));
    fields("sq_thread_cpu").unsigned_decimal(u32(12));
    fields("sq_thread_idle").unsigned_decimal(u32(16));
    if (flags & attach_queue) fields("wq_fd").fd(static_cast<std::int32_t>(u32(24)));
    if (call.failed()) return;
    fields("sq_entries").unsigned_decimal(u32(0));
    fields("cq_entries").unsigned_decimal(u32(4));
    fields("features").flags(io_uring_features, u32(20));
    constexpr std::string_view submission[] = {"head", "tail", "ring_mask", "ring_entries", "flags", "dropped", "array"};
    constexpr std::string_view completion[] = {"head", "tail", "ring_mask", "ring_entries", "overflow", "cqes", "flags"};
    print_ring_offsets(fields("sq_off"), bytes->subspan(40), submission);
    print_ring_offsets(fields("cq_off"), bytes->subspan(80), completion);
}

}  // namespace

namespace types {

static constexpr ArgumentType ring_buffers{.render = render_buffers, .capture = capture_list<iovec_size>, .compat = &address};
static constexpr ArgumentType ring_files{
    .render = render_files<false>, .capture = capture_list<4>, .descriptors = collect_files<false>, .compat = &address};
static constexpr ArgumentType ring_file{
    .render = render_files<true>, .capture = capture_struct<4>, .descriptors = collect_files<true>, .compat = &address};
static constexpr ArgumentType ring_probe{.phase = Phase::exit, .render = render_probe, .capture = capture_probe, .compat = &address};
static constexpr ArgumentType io_uring_parameters{.phase = Phase::exit_always,
                                                  .render = render_parameters,
                                                  .capture = capture_struct<parameters_size>,
                                                  .captured_at_both = true,
                                                  .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr Variant io_uring_register_variants[] = {
    {0, "IORING_REGISTER_BUFFERS", {of("arg", types::ring_buffers), count("nr_args")}},
    {1, "IORING_UNREGISTER_BUFFERS"},
    {2, "IORING_REGISTER_FILES", {of("arg", types::ring_files), count("nr_args")}},
    {3, "IORING_UNREGISTER_FILES"},
    {4, "IORING_REGISTER_EVENTFD", {of("arg", types::ring_file), count("nr_args")}},
    {5, "IORING_UNREGISTER_EVENTFD"},
    {6, "IORING_REGISTER_FILES_UPDATE"},
    {7, "IORING_REGISTER_EVENTFD_ASYNC", {of("arg", types::ring_file), count("nr_args")}},
    {8, "IORING_REGISTER_PROBE", {of("arg", types::ring_probe), count("nr_args")}},
    {9, "IORING_REGISTER_PERSONALITY"},
    {10, "IORING_UNREGISTER_PERSONALITY"},
    {11, "IORING_REGISTER_RESTRICTIONS"},
    {12, "IORING_REGISTER_ENABLE_RINGS"},
    {13, "IORING_REGISTER_FILES2"},
    {14, "IORING_REGISTER_FILES_UPDATE2"},
    {15, "IORING_REGISTER_BUFFERS2"},
    {16, "IORING_REGISTER_BUFFERS_UPDATE"},
    {17, "IORING_REGISTER_IOWQ_AFF"},
    {18, "IORING_UNREGISTER_IOWQ_AFF"},
    {19, "IORING_REGISTER_IOWQ_MAX_WORKERS"},
    {20, "IORING_REGISTER_RING_FDS"},
    {21, "IORING_UNREGISTER_RING_FDS"},
    {22, "IORING_REGISTER_PBUF_RING"},
    {23, "IORING_UNREGISTER_PBUF_RING"},
    {24, "IORING_REGISTER_SYNC_CANCEL"},
    {25, "IORING_REGISTER_FILE_ALLOC_RANGE"},
};
static constexpr VariantTable io_uring_register_by_operation{io_uring_register_variants, "IORING_REGISTER_???", 1};

static constexpr SyscallRow io_uring_table[] = {
    {"io_uring_setup", class_desc, {count("entries"), of("params", types::io_uring_parameters)}, results::fd},
    {"io_uring_enter",
     class_desc | class_signal,
     {fd("fd"), count("to_submit"), count("min_complete"), flags("flags", io_uring_enter_flags), of("sig", types::signal_set_in),
      size("sz")},
     {.waits = {polls, 0}}},
    {"io_uring_register",
     class_desc | class_memory,
     {fd("fd"), selector("opcode"), address("arg"), count("nr_args")},
     io_uring_register_by_operation},
    {"io_setup", class_memory, {count("nr_events"), of("ctxp", types::out_address)}},
    {"io_destroy", class_memory, {address("ctx")}},
    {"io_submit", 0, {address("ctx"), number64("nr"), of("iocbpp", types::aio_requests, 1)}},
    {"io_cancel", 0, {address("ctx"), of("iocb", types::aio_request), of("result", types::aio_answer)}},
    {"io_getevents",
     0,
     {address("ctx"), number64("min_nr"), number64("nr"), of("events", types::aio_answers), of("timeout", types::timespec_in)},
     {.waits = {reads}, .ends_with_eintr = true}},
    {"io_pgetevents",
     0,
     {address("ctx"), number64("min_nr"), number64("nr"), of("events", types::aio_answers), of("timeout", types::timespec_in),
      of("usig", types::pselect_mask)},
     {.ends_with_eintr = true}},
};

constinit const std::span<const SyscallRow> io_uring_rows = io_uring_table;

}  // namespace shimtrace::decoders
