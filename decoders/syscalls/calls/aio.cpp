#include "decoders/syscalls/calls/aio.hpp"

#include "decoders/constants/file.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/calls/io_priority.hpp"
#include "decoders/syscalls/iovec.hpp"
#include "decoders/syscalls/layout/layout_argument.hpp"

namespace shimtrace::decoders {

namespace aio {

using namespace values;

enum Operation : std::uint16_t { read = 0, write = 1, poll = 5, read_vector = 7, write_vector = 8 };

static constexpr FlagSet operations{"IOCB_CMD_???",
                                    numbers("IOCB_CMD_PREAD IOCB_CMD_PWRITE IOCB_CMD_FSYNC IOCB_CMD_FDSYNC IOCB_CMD_PREADX IOCB_CMD_POLL "
                                            "IOCB_CMD_NOOP IOCB_CMD_PREADV IOCB_CMD_PWRITEV")};
static constexpr FlagSet request_flags{"IOCB_FLAG_???", bits("IOCB_FLAG_RESFD IOCB_FLAG_IOPRIO")};

static void print_request_priority(Printer& printer, const Region& region, Surroundings&) {
    print_numbered_priority(printer, value_at<std::uint16_t>(region.bytes, 0));
}

// The priority is one where the flags say so.
static constexpr std::uint16_t flags_place = 56;
static constexpr Field other_priority_fields[] = {{"aio_reqprio", at(18, when(Shown::if_set, s16))}};
static constexpr Field priority_fields[] = {{"aio_reqprio", at(18, of(print_request_priority, 2))}};
static constexpr OfNumber other_priority[] = {{0, other_priority_fields}};
static constexpr ByNumber by_priority{.place = flags_place, .width = 4, .rows = other_priority, .otherwise = priority_fields, .mask = 2};
static constexpr Field head_fields[] = {{"aio_data", x64},
                                        {"aio_key", when(Shown::if_set, u32)},
                                        {"aio_rw_flags", when(Shown::if_set, flags32(rwf_flags))},
                                        {"aio_lio_opcode", {Format::decimal_constant, 2, operations}},
                                        {"", by_priority},
                                        {"aio_fildes", at(20, descriptor)}};
static constexpr Field no_answer_fields[] = {{"aio_resfd", at(60, of(Format::reserved, 4))}};
static constexpr Field answer_fields[] = {{"aio_resfd", at(60, descriptor)}};
static constexpr OfNumber no_answer[] = {{0, no_answer_fields}};
static constexpr ByNumber by_answer{.place = flags_place, .width = 4, .rows = no_answer, .otherwise = answer_fields, .mask = 1};
static constexpr Field tail_fields[] = {{"aio_flags", at(flags_place, when(Shown::if_set, flags32(request_flags)))}, {"", by_answer}};
static constexpr Layout head{.fields = head_fields, .size = 64}, tail{.fields = tail_fields, .size = 64};

static constexpr Field event_fields[] = {{"data obj", x64}, {"res res2", s64}};
static constexpr Layout event{event_fields};

namespace {

constexpr std::size_t request_size = 64, event_size = 32, pointer_size = 8;

/// What a request reads or writes.
struct Request {
    explicit Request(std::span<const std::byte> bytes)
        : operation(value_at<std::uint16_t>(bytes, 16)),
          buffer(value_at<std::uint64_t>(bytes, 24)),
          length(value_at<std::uint64_t>(bytes, 32)),
          offset(value_at<std::int64_t>(bytes, 40)) {}

    [[nodiscard]] bool is_vector() const { return operation == read_vector || operation == write_vector; }
    [[nodiscard]] bool moves() const { return operation == read || operation == write || is_vector(); }
    [[nodiscard]] bool is_possible() const { return static_cast<std::int64_t>(length) >= 0; }

    std::uint16_t operation;
    std::uint64_t buffer, length;
    std::int64_t offset;
};

void print_request(Printer& printer, std::uint64_t address, std::span<const std::byte> bytes) {
    const Region region{address, request_size, bytes};
    const Request request(bytes);
    Surroundings around;
    Fields fields(printer);
    print_field_rows(printer, fields, head, region, around);
    if (request.operation == poll) {
        fields("aio_buf").flags(poll_events, request.buffer);
    } else if (!request.moves()) {
        return;
    } else {
        Printer& buffer = fields("aio_buf");
        if (request.is_vector() && request.is_possible()) {
            const auto contents = request.operation == write_vector ? IovecContents::all : IovecContents::addresses;
            print_iovec(buffer, request.buffer, request.length, contents, UINT64_MAX);
        } else {
            request.operation == write&& request.is_possible() ? buffer.buffer(request.buffer, request.length) : buffer.hex(request.buffer);
            fields("aio_nbytes").unsigned_decimal(request.length);
        }
        fields("aio_offset").decimal(request.offset);
    }
    print_field_rows(printer, fields, tail, region, around);
}

std::uint64_t request_count(const Call& call, const Slot& slot) {
    const auto count = static_cast<std::int64_t>(call.argument(slot.argument.other));
    return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}
void capture_requests(Capture& capture, const Slot& slot, int level) {
    const Call& call = capture.call();
    const std::uint64_t count = std::min<std::uint64_t>(request_count(call, slot), capture.limits().array_elements + std::uint64_t{1});
    if (level == 0) return capture.bytes(slot.value, count * pointer_size);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto address = call.value<std::uint64_t>(slot.value + i * pointer_size);
        if (!address) return;
        if (level == 1) {
            capture.bytes(*address, request_size);
            continue;
        }
        const auto bytes = call.bytes(*address, request_size);
        if (!bytes || bytes->size() < request_size) continue;
        const Request request(*bytes);
        if (request.is_vector()) capture_iovec(capture, request.buffer, request.length, UINT64_MAX, level - 2);
        if (request.operation == write && level == 2) capture.payload(request.buffer, request.length);
    }
}
void render_requests(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (static_cast<std::int64_t>(call.argument(slot.argument.other)) < 0) return printer.address(slot.value);
    array(printer, slot.value, request_count(call, slot), pointer_size, printer.element_limit(),
          [&](std::span<const std::byte> pointer, std::uint64_t) {
              const auto address = value_at<std::uint64_t>(pointer, 0);
              const auto bytes = address != 0 ? call.bytes(address, request_size) : std::nullopt;
              bytes && bytes->size() >= request_size ? print_request(printer, address, *bytes) : printer.address(address);
          });
}

void capture_answers(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, capture.call().returned_count() * event_size);
}
void render_answers(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    array(printer, slot.value, printer.call().returned_count(), event_size, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t i) {
              Surroundings around;
              print_fields(printer, event, {slot.value + i * event_size, event_size, bytes}, around);
          });
}

}  // namespace

}  // namespace aio

namespace types {

const ArgumentType aio_requests{.render = aio::render_requests, .capture = aio::capture_requests, .compat = &address};
// Structs of these widths whoever the program is; the list of pointers is not.
const ArgumentType aio_request = in_32_bits(layout_in<aio::head>, &same);
const ArgumentType aio_answers{.phase = Phase::exit, .render = aio::render_answers, .capture = aio::capture_answers, .compat = &same};
const ArgumentType aio_answer = in_32_bits(layout_out<aio::event>, &same);

}  // namespace types

}  // namespace shimtrace::decoders
