// Pairs and copies of descriptors, and the sets of them that poll, select and epoll take.
#include "decoders/constants/file.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/epoll_event.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"

namespace shimtrace::decoders {

namespace {

constexpr std::size_t mask_size = 8;

/// pselect6's last argument: a pointer to {sigset, its size}.
void capture_pselect_mask(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, 16);
    if (level != 1) return;
    if (const auto pointer = capture.call().value<std::uint64_t>(slot.value)) capture.bytes(*pointer, mask_size);
}
void render_pselect_mask(Printer& printer, const Slot& slot) {
    const auto bytes = slot.value ? printer.call().bytes_at_entry(slot.value, 16) : std::nullopt;
    if (!bytes || bytes->size() < 16) return printer.address(slot.value);
    const auto pointer = value_at<std::uint64_t>(*bytes, 0);
    Fields fields(printer);
    const auto set = pointer ? printer.call().bytes_at_entry(pointer, mask_size) : std::nullopt;
    Printer& value = fields("sigmask");
    set && set->size() == mask_size ? value.signal_set(*set) : value.address(pointer);
    fields("sigsetsize").unsigned_decimal(value_at<std::uint64_t>(*bytes, 8));
}

/// close_range's ends: ~0 is no descriptor.
void render_range_end(Printer& printer, const Slot& slot) {
    const auto fd = static_cast<std::uint32_t>(slot.value);
    fd > INT32_MAX ? printer.unsigned_decimal(fd) : printer.fd(static_cast<std::int32_t>(fd));
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
    if (set_bytes(printer.call()) == 0) return printer.address(slot.value);
    const auto set = printer.call().bytes_at_entry(slot.value, set_bytes(printer.call()));
    if (!set || set->size() < set_bytes(printer.call())) return printer.address(slot.value);
    print_fd_set(printer, *set, [](Printer& to, std::int32_t fd) { to.fd(fd); });
}
void collect_set(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (const auto set = call.bytes_at_entry(slot.value, set_bytes(call)); set && set->size() == set_bytes(call))
        each_fd(call, *set, [&](std::int32_t fd) { into.push_back(Fd{fd}); });
}

// epoll

std::size_t event_size(const Call& call) {
    return epoll_event_layout(call.enter().arch).size;
}
void capture_epoll_event(Capture& capture, const Slot& slot, int level) {
    constexpr std::uint32_t remove = 2;
    if (level == 0 && capture.call().argument32(slot.argument.other) != remove) capture.bytes(slot.value, event_size(capture.call()));
}
void render_epoll_event(Printer& printer, const Slot& slot) {
    const std::size_t size = event_size(printer.call());
    const auto bytes = printer.call().bytes_at_entry(slot.value, size);
    if (slot.value == 0 || !bytes || bytes->size() < size) return printer.address(slot.value);
    print_epoll_event(printer, *bytes);
}
void capture_epoll_events(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, capture.call().returned_count() * event_size(capture.call()));
}
void render_epoll_events(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    if (call.failed()) return printer.address(slot.value);
    array(printer, slot.value, call.returned_count(), event_size(call), printer.element_limit(),
          [&](std::span<const std::byte> bytes, std::uint64_t) { print_epoll_event(printer, bytes); });
}

/// What a wait was given. strace asks for it when the call has returned, and shows of a call that failed only where it lies.
template <const ArgumentType& type>
void render_given(Printer& printer, const Slot& slot) {
    printer.call().failed() && !printer.style().roles ? printer.address(slot.value) : type.render(printer, slot);
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
    const auto data = value_at<std::uint64_t>(bytes, epoll_event_layout(printer.call().enter().arch).data);
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
    printer.text(" (");
    for (unsigned i = 0; i < 3; ++i) {
        const auto set = call.argument(i + 1) ? call.bytes(call.argument(i + 1), set_bytes(call)) : std::nullopt;
        if (!set || set->size() < set_bytes(call)) continue;
        bool ready = false;
        each_fd(call, *set, [&](std::int32_t) { ready = true; });
        if (!ready) continue;
        if (any) printer.text(", ");
        any = true;
        printer.text(names[i]);
        printer.put(' ');
        print_fd_set(printer, *set, print_ready_fd);
    }
    print_time_left(printer, 4, any);
    printer.put(')');
}

}  // namespace results

namespace types {

static constexpr ArgumentType close_range_end{.render = render_range_end};
static constexpr ArgumentType epoll_event{.render = render_epoll_event, .capture = capture_epoll_event, .compat = &same};
static constexpr ArgumentType epoll_events{
    .phase = Phase::exit, .render = render_epoll_events, .capture = capture_epoll_events, .compat = &same};
static constexpr ArgumentType given_timeout{.render = render_given<timespec_in>, .capture = capture_struct<16>, .compat = &same};
static constexpr ArgumentType given_mask{.render = render_given<signal_set_in>, .capture = capture_struct<8>, .compat = &same};
const ArgumentType pselect_mask{.render = render_pselect_mask, .capture = capture_pselect_mask, .compat = &address};
const ArgumentType poll_fds{
    .render = render_poll, .capture = capture_poll, .descriptors = collect_poll, .captured_at_both = true, .compat = &same};
const ArgumentType fd_set{
    .render = render_set, .capture = capture_set, .descriptors = collect_set, .captured_at_both = true, .compat = &same};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow descriptor_table[] = {
    {"close", class_desc, {fd("fd")}, {.effect = closes}},
    {"close_range",
     0,
     {of("first", types::close_range_end), of("last", types::close_range_end), flags("flags", close_range_flags)},
     {.effect = closes_range}},
    {"dup", class_desc, {fd("oldfd")}, results::fd},
    {"dup2", class_desc, {fd("oldfd"), fd("newfd")}, results::fd, {.effect = replaces}},
    {"dup3", class_desc, {fd("oldfd"), fd("newfd"), flags("flags", open_flags)}, results::fd, {.effect = replaces}},
    {"pipe", class_desc, {of("pipefd", types::fd_pair)}},
    {"pipe2", class_desc, {of("pipefd", types::fd_pair), flags("flags", open_flags)}},
    {"flock", class_desc, {fd("fd"), flags("operation", flock_operations)}, {.waits = {locks, 0}}},
    {"poll", class_desc, {of("fds", types::poll_fds, 1), count("nfds"), number("timeout")}, results::poll, {.waits = {polls}}},
    {"ppoll",
     class_desc,
     {of("fds", types::poll_fds, 1), count("nfds"), of("timeout", types::timespec_left), of("sigmask", types::signal_set_in, 4),
      size("sigsetsize")},
     results::poll,
     {.waits = {polls}}},
    {"select",
     class_desc,
     {number("nfds"), of("readfds", types::fd_set), of("writefds", types::fd_set), of("exceptfds", types::fd_set),
      of("timeout", types::timeval_left)},
     results::select,
     {.waits = {polls}}},
    {"pselect6",
     class_desc,
     {number("nfds"), of("readfds", types::fd_set), of("writefds", types::fd_set), of("exceptfds", types::fd_set),
      of("timeout", types::timespec_left), of("sigmask", types::pselect_mask)},
     results::select,
     {.waits = {polls}}},
    {"epoll_create", class_desc, {number("size")}, results::fd},
    {"epoll_create1", class_desc, {flags("flags", epoll_create_flags)}, results::fd},
    {"epoll_ctl",
     class_desc,
     {fd("epfd"), constant("op", epoll_operations), fd("fd"), of("event", types::epoll_event, 1)},
     {.effect = changes}},
    {"epoll_wait",
     class_desc,
     {fd("epfd"), of("events", types::epoll_events), number("maxevents"), number("timeout")},
     {.waits = {polls, 0}, .ends_with_eintr = true}},
    {"epoll_pwait",
     class_desc,
     {fd("epfd"), of("events", types::epoll_events), number("maxevents"), number("timeout"), of("sigmask", types::given_mask, 5),
      size("sigsetsize")},
     {.waits = {polls, 0}, .ends_with_eintr = true}},
    {"epoll_pwait2",
     class_desc,
     {fd("epfd"), of("events", types::epoll_events), number("maxevents"), of("timeout", types::given_timeout),
      of("sigmask", types::given_mask, 5), size("sigsetsize")},
     {.waits = {polls, 0}, .ends_with_eintr = true}},
    {"epoll_ctl_old", 0, {address("arg1"), address("arg2"), address("arg3"), address("arg4")}},
    {"epoll_wait_old", 0, {address("arg1"), address("arg2"), address("arg3"), address("arg4")}},
    {"eventfd", class_desc, {count("initval")}, results::fd},
    {"eventfd2", class_desc, {count("initval"), flags("flags", eventfd_flags)}, results::fd},
    {"timerfd_create", class_desc, {constant("clockid", clock_names), flags("flags", timerfd_flags)}, results::fd},
    {"timerfd_settime",
     class_desc,
     {fd("fd"), flags("flags", timerfd_flags), of("new_value", types::itimerspec_in), of("old_value", types::itimerspec_out)},
     {.effect = changes}},
    {"timerfd_gettime", class_desc, {fd("fd"), of("curr_value", types::itimerspec_out)}},
    {"signalfd", class_desc | class_signal, {fd("fd"), of("mask", types::signal_set_in, 2), size("sizemask")}, results::fd},
    {"signalfd4",
     class_desc | class_signal,
     {fd("fd"), of("mask", types::signal_set_in, 2), size("sizemask"), flags("flags", signalfd_flags)},
     results::fd},
};

constinit const std::span<const SyscallRow> descriptor_rows = descriptor_table;

}  // namespace shimtrace::decoders
