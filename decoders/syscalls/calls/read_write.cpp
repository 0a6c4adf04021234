// Reading, writing, copying, and what is kept of it.
#include "decoders/constants/file.hpp"
#include "decoders/constants/memory.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

// sendfile: [3] => [13]

template <typename Offset>
void render_sendfile_offset(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const auto before = slot.value ? call.value_at_entry<Offset>(slot.value) : std::nullopt;
    if (!before) return printer.address(slot.value);
    printer.put('[');
    printer.unsigned_decimal(static_cast<std::make_unsigned_t<Offset>>(*before));
    printer.put(']');
    const auto after = call.exit()->memory.value<Offset>(RemoteAddress{slot.value});
    if (!call.succeeded() || call.result() == 0 || !after) return;
    printer.text(" => [");
    printer.unsigned_decimal(static_cast<std::make_unsigned_t<Offset>>(*after));
    printer.put(']');
}

void print_offset(Printer& printer, std::span<const std::byte> bytes) {
    printer.put('[');
    printer.decimal(value_at<std::int64_t>(bytes, 0));
    printer.put(']');
}
/// llseek's: the high half is passed before the low one.
void render_high_low(Printer& printer, const Slot& slot) {
    printer.decimal(static_cast<std::int64_t>(slot.value << 32 | printer.call().argument32(slot.index + 1)));
}

}  // namespace

namespace types {

static constexpr ArgumentType compat_sendfile_offset{
    .phase = Phase::exit_always, .render = render_sendfile_offset<std::int32_t>, .capture = capture_struct<4>, .captured_at_both = true};
static constexpr ArgumentType sendfile_offset{.phase = Phase::exit_always,
                                              .render = render_sendfile_offset<std::int64_t>,
                                              .capture = capture_struct<8>,
                                              .captured_at_both = true,
                                              .compat = &compat_sendfile_offset,
                                              .compat64 = &same};
static constexpr ArgumentType offset_in = in_32_bits(struct_in<8, print_offset>, &same);
static constexpr ArgumentType offset_out = in_32_bits(struct_out<8, print_offset>, &same);
static constexpr ArgumentType high_low{.render = render_high_low};
}  // namespace types

using namespace arguments;

static constexpr SyscallRow read_write_table[] = {
    {"read", class_desc, {fd("fd"), out_buffer("buf"), size("count")}, {.waits = {reads, 0}, .moves = in_order}},
    {"write", class_desc, {fd("fd"), in_buffer("buf", 2), size("count")}, {.waits = {writes, 0}, .moves = in_order}},
    {"pread64", class_desc, {fd("fd"), out_buffer("buf"), size("count"), number64("offset")}, {.waits = {reads, 0}, .moves = at_offset}},
    {"pwrite64",
     class_desc,
     {fd("fd"), in_buffer("buf", 2), size("count"), number64("offset")},
     {.waits = {writes, 0}, .moves = at_offset}},
    {"readv", class_desc, {fd("fd"), out_iovec("iov", 2), size("iovcnt")}, {.waits = {reads, 0}, .moves = in_order}},
    {"writev", class_desc, {fd("fd"), in_iovec("iov", 2), size("iovcnt")}, {.waits = {writes, 0}, .moves = in_order}},
    {"preadv", class_desc, {fd("fd"), out_iovec("iov", 2), size("iovcnt"), number64("offset")}, {.waits = {reads, 0}, .moves = at_offset}},
    {"pwritev", class_desc, {fd("fd"), in_iovec("iov", 2), size("iovcnt"), number64("offset")}, {.waits = {writes, 0}, .moves = at_offset}},
    {"preadv2",
     class_desc,
     {fd("fd"), out_iovec("iov", 2), size("iovcnt"), number64("offset"), from(5, flags("flags", rwf_flags))},
     {.waits = {reads, 0}, .moves = at_offset}},
    {"pwritev2",
     class_desc,
     {fd("fd"), in_iovec("iov", 2), size("iovcnt"), number64("offset"), from(5, flags("flags", rwf_flags))},
     {.waits = {writes, 0}, .moves = at_offset}},
    {"lseek", class_desc, {fd("fd"), number64("offset"), constant("whence", whence_names)}, results::unsigned_number},
    {"_llseek",  // i386's
     class_desc,
     {fd("fd"), of("offset", types::high_low), from(3, of("result", types::offset_out)), from(4, constant("whence", whence_names))}},
    {"splice",
     class_desc,
     {fd("fd_in"), of("off_in", types::offset_in), fd("fd_out"), of("off_out", types::offset_in), size("len"),
      flags("flags", splice_flags)},
     {.waits = {transfers, 0, 2}}},
    {"tee", class_desc, {fd("fd_in"), fd("fd_out"), size("len"), flags("flags", splice_flags)}, {.waits = {transfers, 0, 1}}},
    {"vmsplice", class_desc, {fd("fd"), in_iovec("iov", 2), size("nr_segs"), flags("flags", splice_flags)}, {.waits = {writes, 0}}},
    {"sendfile",
     class_desc | class_network,
     {fd("out_fd"), fd("in_fd"), of("offset", types::sendfile_offset), size("count")},
     {.waits = {transfers, 1, 0}}},
    {"copy_file_range",
     class_desc,
     {fd("fd_in"), of("off_in", types::offset_in), fd("fd_out"), of("off_out", types::offset_in), size("len"), count("flags")},
     {.waits = {transfers, 0, 2}}},
    {"fsync", class_desc, {fd("fd")}, {.waits = {syncs, 0}}},
    {"fdatasync", class_desc, {fd("fd")}, {.waits = {syncs, 0}}},
    {"sync", 0, {}, {.waits = {syncs}}},
    {"syncfs", class_desc, {fd("fd")}},
    {"sync_file_range", class_desc, {fd("fd"), number64("offset"), number64("nbytes"), flags("flags", sync_file_range_flags)}},
    {"fadvise64", class_desc, {fd("fd"), number64("offset"), size("len"), constant("advice", fadvise_advices)}},
    {"readahead", class_desc, {fd("fd"), number64("offset"), size("count")}},
    {"fallocate", class_desc, {fd("fd"), flags("mode", fallocate_modes), number64("offset"), number64("len")}},
    {"ftruncate", class_desc, {fd("fd"), size("length")}},
    {"cachestat", class_desc, {fd("fd"), address("cstat_range"), address("cstat"), hex("flags")}},
};

constinit const std::span<const SyscallRow> read_write_rows = read_write_table;

}  // namespace shimtrace::decoders
