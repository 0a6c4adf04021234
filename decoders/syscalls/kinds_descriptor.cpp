// Descriptors, and the sets of them that poll, select and epoll take.
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/capturing.hpp"
#include "decoders/syscalls/epoll_event.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

namespace {

std::int32_t as_fd(std::uint64_t value) {
    return static_cast<std::int32_t>(value);
}

void render_fd_argument(Printer& printer, const Slot& slot) {
    printer.fd(as_fd(slot.value));
}
void render_directory_fd(Printer& printer, const Slot& slot) {
    printer.directory_fd(as_fd(slot.value));
}
void collect_fd(const Call&, const Slot& slot, std::vector<Fd>& into) {
    into.push_back(Fd{as_fd(slot.value)});
}
/// close_range's ends: ~0 is no descriptor.
void render_range_end(Printer& printer, const Slot& slot) {
    const auto fd = static_cast<std::uint32_t>(slot.value);
    fd > INT32_MAX ? printer.unsigned_decimal(fd) : printer.fd(as_fd(fd));
}

// pipe, socketpair: [3, 4]

void capture_pair(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, 2 * sizeof(std::int32_t));
}
void render_pair(Printer& printer, const Slot& slot) {
    if (printer.call().failed()) return printer.address(slot.value);
    const auto pair = printer.value_or_address<std::array<std::int32_t, 2>>(slot.value);
    if (!pair) return;
    printer.put('[');
    printer.fd((*pair)[0]);
    printer.text(", ");
    printer.fd((*pair)[1]);
    printer.put(']');
}
void collect_pair(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (!call.succeeded()) return;
    if (const auto pair = call.value<std::array<std::int32_t, 2>>(slot.value))
        for (const std::int32_t fd : *pair) into.push_back(Fd{fd});
}

// poll: pollfd is {int fd; short events; short revents}

constexpr std::size_t pollfd_size = 8;

std::uint64_t poll_count(const Call& call, const Slot& slot) {
    return call.argument32(slot.argument.other);
}
void capture_poll(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, poll_count(capture.call(), slot) * pollfd_size);
}
void render_poll(Printer& printer, const Slot& slot) {
    const std::uint64_t count = poll_count(printer.call(), slot);
    array(
        printer, slot.value, count, pollfd_size, printer.element_limit(),
        [&](std::span<const std::byte> bytes, std::uint64_t) {
            const auto fd = value_at<std::int32_t>(bytes, 0);
            Fields fields(printer);
            fields("fd").fd(fd);
            if (fd >= 0) fields("events").flags(poll_events, value_at<std::uint16_t>(bytes, 4));
        },
        true);
}
void collect_poll(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const auto list = call.bytes_at_entry(slot.value, std::min(poll_count(call, slot) * pollfd_size, most_array_bytes));
    if (!list) return;
    for (std::size_t at = 0; at + pollfd_size <= list->size(); at += pollfd_size) into.push_back(Fd{value_at<std::int32_t>(*list, at)});
}

// select

std::size_t set_bytes(const Call& call) {
    const std::int64_t highest = std::clamp<std::int64_t>(static_cast<std::int32_t>(call.argument(0)), 0, 1 << 16);
    return static_cast<std::size_t>((highest + 63) / 64 * 8);
}
void capture_set(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, set_bytes(capture.call()));
}
template <typename Each>
void each_fd(const Call& call, std::span<const std::byte> set, Each each) {
    const auto highest = static_cast<std::int32_t>(call.argument(0));
    for (std::int32_t fd = 0; fd < highest && static_cast<std::size_t>(fd / 8) < set.size(); ++fd)
        if (std::to_integer<unsigned>(set[static_cast<std::size_t>(fd / 8)]) >> (fd % 8) & 1) each(fd);
}
/// In results strace has bare numbers: the arguments have told what they lead to.
void print_ready_fd(Printer& printer, std::int32_t fd) {
    printer.style().roles ? printer.fd(fd) : printer.decimal(fd);
}
void print_fd_set(Printer& printer, std::span<const std::byte> set, void (*print_fd)(Printer&, std::int32_t)) {
    printer.put('[');
    bool first = true;
    each_fd(printer.call(), set, [&](std::int32_t fd) {
        if (!first) printer.put(' ');
        first = false;
        print_fd(printer, fd);
    });
    printer.put(']');
}
void render_set(Printer& printer, const Slot& slot) {
    if (slot.value == 0) return printer.text("NULL");
    if (set_bytes(printer.call()) == 0) return printer.text("[]");
    const auto set = printer.call().bytes_at_entry(slot.value, set_bytes(printer.call()));
    if (!set) return printer.address(slot.value);
    print_fd_set(printer, *set, [](Printer& to, std::int32_t fd) { to.fd(fd); });
}
void collect_set(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (const auto set = call.bytes_at_entry(slot.value, set_bytes(call)))
        each_fd(call, *set, [&](std::int32_t fd) { into.push_back(Fd{fd}); });
}

// epoll

void capture_epoll_event(Capture& capture, const Slot& slot, int level) {
    constexpr std::uint32_t remove = 2;
    if (level == 0 && capture.call().argument32(slot.argument.other) != remove) capture.bytes(slot.value, epoll_event_size);
}
void render_epoll_event(Printer& printer, const Slot& slot) {
    const auto bytes = printer.call().bytes_at_entry(slot.value, epoll_event_size);
    if (slot.value == 0 || !bytes || bytes->size() < epoll_event_size) return printer.address(slot.value);
    print_epoll_event(printer, *bytes);
}
std::uint64_t ready_events(const Call& call) {
    return call.succeeded() && call.result() > 0 ? static_cast<std::uint64_t>(call.result()) : 0;
}
void capture_epoll_events(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, ready_events(capture.call()) * epoll_event_size);
}
void render_epoll_events(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (call.failed()) return printer.address(slot.value);
    array(printer, slot.value, ready_events(call), epoll_event_size, printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { print_epoll_event(printer, bytes); });
}

}  // namespace

/// For a ready event: the descriptor that was registered with this data, where the interest set is known.
static const InterestEntry* registered(const Printer& printer, std::uint64_t data) {
    const Call& call = printer.call();
    if (!printer.style().roles || !printer.scope().targets || !call.returned()) return nullptr;
    for (const FdUse& use : call.enter().fds) {
        if (use.fd.value != static_cast<std::int32_t>(call.argument(0))) continue;
        const OpenFile* target = printer.scope().targets->find(use.target);
        if (!target) continue;
        for (const InterestEntry& entry : target->interest)
            if (entry.data == data) return &entry;
    }
    return nullptr;
}

void print_epoll_event(Printer& printer, std::span<const std::byte> bytes) {
    const auto data = value_at<std::uint64_t>(bytes, 4);
    const InterestEntry* entry = registered(printer, data);
    {
        Fields fields(printer);
        fields("events").flags(epoll_events, value_at<std::uint32_t>(bytes, 0));
        Fields inner(fields("data"));
        inner("u32").unsigned_decimal(static_cast<std::uint32_t>(data));
        inner("u64").unsigned_decimal(data);
    }
    if (!entry) return;
    printer.text(" /* ");
    printer.interest(*entry);
    printer.text(" */");
}

namespace results {

void poll(Printer& printer) {
    const Call& call = printer.call();
    printer.decimal(call.result());
    if (call.result() == 0) return printer.text(" (Timeout)");
    const std::uint64_t count = call.argument32(1);
    const auto list = call.bytes(call.argument(0), std::min(count * pollfd_size, most_array_bytes));
    if (!list || !printer.style().dereference) return;
    printer.text(" ([");
    bool first = true;
    std::uint64_t shown = 0;
    for (std::size_t at = 0; at + pollfd_size <= list->size(); at += pollfd_size) {
        const auto fd = value_at<std::int32_t>(*list, at);
        const auto ready = value_at<std::uint16_t>(*list, at + 6);
        if (fd < 0 || ready == 0) continue;
        if (!first) printer.text(", ");
        first = false;
        if (shown++ >= printer.element_limit()) {
            printer.text("...");
            break;
        }
        Fields fields(printer);
        print_ready_fd(fields("fd"), fd);
        fields("revents").flags(poll_events, ready);
    }
    printer.put(']');
    print_time_left(printer, 2);
    printer.put(')');
}

void select(Printer& printer) {
    const Call& call = printer.call();
    printer.decimal(call.result());
    if (call.result() == 0) return printer.text(" (Timeout)");
    constexpr std::string_view names[] = {"in", "out", "exc"};
    bool any = false;
    for (unsigned i = 0; i < 3; ++i) {
        const auto set = call.argument(i + 1) ? call.bytes(call.argument(i + 1), set_bytes(call)) : std::nullopt;
        if (!set) continue;
        bool ready = false;
        each_fd(call, *set, [&](std::int32_t) { ready = true; });
        if (!ready) continue;
        printer.text(any ? ", " : " (");
        any = true;
        printer.text(names[i]);
        printer.put(' ');
        print_fd_set(printer, *set, print_ready_fd);
    }
    if (any) {
        print_time_left(printer, 4);
        printer.put(')');
    }
}

}  // namespace results

namespace kinds {

const Kind fd{.render = render_fd_argument, .descriptors = collect_fd};
const Kind directory_fd{.render = render_directory_fd, .descriptors = collect_fd};
const Kind close_range_end{.render = render_range_end};
const Kind fd_pair{.phase = Phase::exit, .render = render_pair, .capture = capture_pair, .descriptors = collect_pair};
const Kind poll_fds{.render = render_poll, .capture = capture_poll, .descriptors = collect_poll, .captured_at_both = true};
const Kind fd_set{.render = render_set, .capture = capture_set, .descriptors = collect_set, .captured_at_both = true};
const Kind epoll_event{.render = render_epoll_event, .capture = capture_epoll_event};
const Kind epoll_events{.phase = Phase::exit, .render = render_epoll_events, .capture = capture_epoll_events};

}  // namespace kinds

}  // namespace shimtrace::decoders
