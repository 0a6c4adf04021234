// Making, replacing, waiting for and ending processes; their limits.
#include "decoders/constants/process.hpp"
#include "decoders/constants/errors.hpp"
#include "decoders/constants/file.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/extensible_struct.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"
#include "decoders/syscalls/time_value.hpp"

namespace shimtrace::decoders {

namespace {

enum Clone : std::uint64_t {
    exit_signal = 0xff,
    clone_pidfd = 0x1000,
    clone_settls = 0x80000,
    clone_parent_settid = 0x100000,
    clone_child_cleartid = 0x200000,
    clone_child_settid = 0x1000000,
};

// clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, parent_tid=[5], tls=0x…, child_tidptr=0x…)

void print_clone_flags(Printer& printer, const FlagSet& set, std::uint64_t value) {
    const std::uint64_t signal = value & exit_signal, flags = value & ~std::uint64_t{exit_signal};
    if (flags != 0 || signal == 0) printer.flags(set, flags);
    if (signal == 0) return;
    if (flags != 0) printer.put('|');
    printer.signal(static_cast<std::int64_t>(signal));
}
void render_clone_stack(Printer& printer, const Slot& slot) {
    printer.text("child_stack=");
    printer.address(slot.value);
}
void render_clone_flags(Printer& printer, const Slot& slot) {
    printer.text("flags=");
    print_clone_flags(printer, clone_flags, slot.value);
}
std::uint64_t clone_bits(const Call& call) {
    return call.argument(0);
}
bool has_parent_tid(const Call& call, const Slot&) {
    return (clone_bits(call) & (clone_parent_settid | clone_pidfd)) != 0;
}
bool has_tls(const Call& call, const Slot&) {
    return (clone_bits(call) & clone_settls) != 0;
}
bool has_child_tid(const Call& call, const Slot&) {
    return (clone_bits(call) & (clone_child_settid | clone_child_cleartid)) != 0;
}
void capture_tid(Capture& capture, const Slot& slot, int level) {
    if (level == 0) capture.bytes(slot.value, 4);
}
// What follows the flags is printed, with its comma, when the call has returned.
void render_parent_tid(Printer& printer, const Slot& slot) {
    printer.text(", parent_tid=");
    const auto tid = printer.call().failed() || slot.value == 0 ? std::nullopt : printer.call().value<std::int32_t>(slot.value);
    if (!tid) return printer.address(slot.value);
    printer.put('[');
    (clone_bits(printer.call()) & clone_pidfd) ? printer.fd(*tid) : printer.pid(*tid);
    printer.put(']');
}
void collect_pidfd(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (!call.succeeded() || !(clone_bits(call) & clone_pidfd)) return;
    if (const auto fd = call.value<std::int32_t>(slot.value)) into.push_back(Fd{*fd});
}
void render_tls(Printer& printer, const Slot& slot) {
    printer.text(", tls=");
    printer.address(slot.value);
}
void render_child_tid(Printer& printer, const Slot& slot) {
    printer.text(", child_tidptr=");
    printer.address(slot.value);
}

// clone3: linux/sched.h, struct clone_args: 64-bit fields, as many as the caller knows.

constexpr std::size_t clone_args_size = 88, smallest_clone_args = 64;
constexpr std::uint64_t most_thread_ids = 32;  // as many nested pid namespaces as there may be

constexpr std::uint64_t thread_ids_place = 64;

void capture_clone_args(Capture& capture, const Slot& slot, int level) {
    const Call& call = capture.call();
    if (level == 0) capture_extensible(capture, slot.value, call.argument(1));
    if (level == 1 && !capture.at_exit() && call.argument(1) > thread_ids_place)
        if (const auto address = call.value<std::uint64_t>(slot.value + thread_ids_place))
            capture.bytes(*address, most_thread_ids * sizeof(std::int32_t));
    if (level != 1 || !capture.at_exit()) return;
    const auto flags = call.value<std::uint64_t>(slot.value);
    if (!flags) return;
    if (*flags & clone_pidfd)
        if (const auto address = call.value<std::uint64_t>(slot.value + 8)) capture.bytes(*address, 4);
    if (*flags & clone_parent_settid)
        if (const auto address = call.value<std::uint64_t>(slot.value + 24)) capture.bytes(*address, 4);
}
std::optional<std::span<const std::byte>> clone_args_of(const Call& call, std::uint64_t address) {
    const std::uint64_t length = std::min<std::uint64_t>(call.argument(1), clone_args_size);
    if (!address || length < smallest_clone_args) return std::nullopt;
    const auto bytes = call.bytes_at_entry(address, length);
    if (!bytes || bytes->size() < length) return std::nullopt;
    return bytes;
}
void render_clone_args(Printer& printer, const Slot& slot) {
    const auto bytes = clone_args_of(printer.call(), slot.value);
    if (!bytes) return printer.address(slot.value);
    constexpr std::uint64_t into_cgroup = 0x200000000;
    const auto field = [&](std::size_t index) { return value_at<std::uint64_t>(*bytes, index * 8); };
    const std::uint64_t flags = field(0);
    Fields fields(printer);
    fields("flags").flags(clone3_flags, flags);
    if (flags & clone_pidfd) fields("pidfd").address(field(1));
    if (flags & (clone_child_settid | clone_child_cleartid)) fields("child_tid").address(field(2));
    if (flags & clone_parent_settid) fields("parent_tid").address(field(3));
    Printer& signal = fields("exit_signal");
    field(4) < INT32_MAX ? signal.signal(static_cast<std::int64_t>(field(4))) : signal.unsigned_decimal(field(4));
    fields("stack").address(field(5));
    fields("stack_size").hex(field(6));
    if (flags & clone_settls) fields("tls").address(field(7));
    if (const std::uint64_t count = field(9); field(8) != 0 || count != 0) {
        Printer& ids = fields("set_tid");
        if (count == 0 || count > most_thread_ids)
            ids.address(field(8));
        else
            array(printer, field(8), count, sizeof(std::int32_t), printer.element_limit(),
                  [&](std::span<const std::byte> id, std::uint64_t) { printer.decimal(value_at<std::int32_t>(id, 0)); });
        fields("set_tid_size").unsigned_decimal(count);
    }
    if (const std::uint64_t cgroup = field(10); cgroup != 0 || ((flags & into_cgroup) && bytes->size() > 10 * sizeof cgroup)) {
        Printer& value = fields("cgroup");
        cgroup <= INT32_MAX ? value.fd(static_cast<std::int32_t>(cgroup)) : value.unsigned_decimal(cgroup);
    }
    print_unknown_fields(printer, slot.value, clone_args_size, printer.call().argument(1), [&] { fields.separate(); });
}
void print_filled(Printer& printer, std::uint64_t address, bool is_fd) {
    const auto value = address ? printer.call().exit()->memory.value<std::int32_t>(RemoteAddress{address}) : std::nullopt;
    if (!value) return printer.address(address);
    printer.put('[');
    is_fd ? printer.fd(*value) : printer.pid(*value);
    printer.put(']');
}
void render_clone_results(Printer& printer, const Slot& slot) {
    const auto bytes = printer.call().succeeded() ? clone_args_of(printer.call(), slot.value) : std::nullopt;
    if (!bytes) return;
    const auto flags = value_at<std::uint64_t>(*bytes, 0);
    std::optional<Fields> fields;
    const auto begin = [&]() -> Fields& {
        if (!fields) printer.text(" => ");
        return fields ? *fields : fields.emplace(printer);
    };
    if (flags & clone_pidfd) print_filled(begin()("pidfd"), value_at<std::uint64_t>(*bytes, 8), true);
    if (flags & clone_parent_settid) print_filled(begin()("parent_tid"), value_at<std::uint64_t>(*bytes, 24), false);
    print_unknown_fields(printer, slot.value, clone_args_size, printer.call().argument(1), [&] { begin().separate(); });
}
void collect_clone_args(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    const auto flags = call.value_at_entry<std::uint64_t>(slot.value), address = call.value_at_entry<std::uint64_t>(slot.value + 8);
    if (!call.succeeded() || !flags || !address || !(*flags & clone_pidfd)) return;
    if (const auto fd = call.value<std::int32_t>(*address)) into.push_back(Fd{*fd});
}

// wait

void print_status(Printer& printer, std::uint32_t status) {
    const std::uint32_t signal = status & 0x7f, value = status >> 8 & 0xff;
    if (status == 0xffff) return printer.text("{WIFCONTINUED(s)}");
    if ((status & 0xff) == 0x7f) {
        printer.text("{WIFSTOPPED(s) && WSTOPSIG(s) == ");
        printer.signal_name(value & 0x7f);
        if (value & 0x80) printer.text(" | 0x80");
    } else if (signal == 0) {
        printer.text("{WIFEXITED(s) && WEXITSTATUS(s) == ");
        printer.unsigned_decimal(value);
    } else {
        printer.text("{WIFSIGNALED(s) && WTERMSIG(s) == ");
        printer.signal_name(signal);
        if (status & 0x80) printer.text(" && WCOREDUMP(s)");
    }
    printer.put('}');
    const std::uint32_t event = status >> 16;
    if (event != 0) {
        printer.text(" | ");
        printer.hex(event << 16);
    }
}
void render_status(Printer& printer, const Slot& slot) {
    const Call& call = printer.call();
    const bool known = !call.failed() && call.result() > 0;
    const auto status = known && slot.value ? call.value<std::uint32_t>(slot.value) : std::nullopt;
    if (!status) return printer.address(slot.value);
    printer.put('[');
    print_status(printer, *status);
    printer.put(']');
}

constexpr std::size_t rusage_size = 144;

void print_rusage(Printer& printer, std::span<const std::byte> bytes) {
    constexpr std::string_view names[] = {"ru_maxrss",  "ru_ixrss",   "ru_idrss",  "ru_isrss",  "ru_minflt",   "ru_majflt", "ru_nswap",
                                          "ru_inblock", "ru_oublock", "ru_msgsnd", "ru_msgrcv", "ru_nsignals", "ru_nvcsw",  "ru_nivcsw"};
    Fields fields(printer);
    print_timeval(fields("ru_utime"), bytes.first(16));
    print_timeval(fields("ru_stime"), bytes.subspan(16, 16));
    if (printer.abbreviate()) return fields.more();
    for (std::size_t i = 0; i < std::size(names); ++i) fields(names[i]).unsigned_decimal(value_at<std::uint64_t>(bytes, 32 + i * 8));
}
/// wait4's is filled only when a child was found.
template <std::size_t size, PrintStruct print>
void render_rusage(Printer& printer, const Slot& slot) {
    const bool waits = slot.index == 3;
    if (waits && printer.call().result() == 0) return printer.address(slot.value);
    render_struct_out<size, print>(printer, slot);
}

void render_waitid_id(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t pidfd = 3;
    const auto id = static_cast<std::int32_t>(slot.value);
    printer.call().argument32(0) == pidfd ? printer.fd(id) : printer.pid(id);
}
void collect_waitid(const Call& call, const Slot& slot, std::vector<Fd>& into) {
    if (call.argument32(0) == 3) into.push_back(Fd{static_cast<std::int32_t>(slot.value)});
}

void print_limit(Printer& printer, std::uint64_t value, std::string_view infinity) {
    const bool kibibytes = value > 1024 && value % 1024 == 0 && value != UINT64_MAX;
    if (value != UINT64_MAX && !kibibytes) return printer.unsigned_decimal(value);
    const std::string name = kibibytes ? std::to_string(value / 1024) + "*1024" : std::string(infinity);
    styled(printer, name, [&] { printer.unsigned_decimal(value); });
}
void print_rlimit(Printer& printer, std::span<const std::byte> bytes) {
    Fields fields(printer);
    constexpr std::string_view infinity = "RLIM64_INFINITY";
    print_limit(fields("rlim_cur"), value_at<std::uint64_t>(bytes, 0), infinity);
    print_limit(fields("rlim_max"), value_at<std::uint64_t>(bytes, 8), infinity);
}

/// The limits of a 32-bit program.
void print_narrow_rlimit(Printer& printer, std::span<const std::byte> bytes) {
    const auto limit = [&](std::size_t offset) {
        const auto value = value_at<std::uint32_t>(bytes, offset);
        return value == UINT32_MAX ? UINT64_MAX : value;
    };
    Fields fields(printer);
    print_limit(fields("rlim_cur"), limit(0), "RLIM_INFINITY");
    print_limit(fields("rlim_max"), limit(4), "RLIM_INFINITY");
}

// execve's argv and envp.

constexpr std::uint64_t most_pointers = 8192;

template <bool environment>
void capture_strings(Capture& capture, const Slot& slot, int level) {
    const bool wanted = !environment || (capture.limits().environment && !capture.limits().redact);
    const bool whole = environment || capture.limits().environment;
    if (level == 0) capture.pointers(slot.value, whole ? most_pointers : capture.limits().array_elements + std::uint64_t{1});
    if (level != 1 || !wanted) return;
    const auto list = capture.captured().at(RemoteAddress{slot.value}, Capture::most_bytes);
    if (!list) return;
    const std::size_t size = capture.call().pointer_size();
    const std::uint64_t count = std::min<std::uint64_t>(list->size() / size, whole ? 256 : capture.limits().array_elements);
    for (std::uint64_t i = 0; i < count; ++i) capture.string(pointer_at(*list, i * size, size));
}

void render_strings(Printer& printer, const Slot& slot) {
    if (slot.value == 0) return printer.text("NULL");
    const std::size_t size = printer.call().pointer_size();
    const auto list = printer.call().bytes(slot.value, most_array_bytes);
    if (!list || list->size() < size) return printer.address(slot.value);
    printer.put('[');
    for (std::size_t at = 0;; at += size) {
        const bool is_there = at + size <= list->size();
        const auto pointer = is_there ? pointer_at(*list, at, size) : 0;
        if (is_there && pointer == 0) break;
        if (at != 0) printer.text(", ");
        if (at / size >= printer.element_limit()) {
            printer.text("...");
            break;
        }
        if (!is_there) {
            printer.text("... /* ");
            printer.hex(slot.value + at);
            printer.text(" */");
            break;
        }
        printer.string(pointer, printer.style().string_limit);
    }
    printer.put(']');
}

/// 0x7ffeb0ad2298 /* 41 vars */
void render_environment(Printer& printer, const Slot& slot) {
    if (!printer.abbreviate()) return render_strings(printer, slot);
    printer.address(slot.value);
    if (slot.value == 0) return;
    const auto list = printer.call().bytes(slot.value, most_array_bytes);
    if (!list) return;
    const std::size_t size = printer.call().pointer_size();
    std::uint64_t count = 0;
    while (count < list->size() / size && pointer_at(*list, count * size, size) != 0) ++count;
    printer.text(" /* ");
    printer.unsigned_decimal(count);
    printer.text(count == 1 ? " var" : " vars");
    if (count == list->size() / size) printer.text(", unterminated");
    printer.text(" */");
}

}  // namespace

namespace types {

static constexpr ArgumentType clone_stack{.render = render_clone_stack};
static constexpr ArgumentType clone_flags{.render = render_clone_flags};
static constexpr ArgumentType clone_parent_tid{.phase = Phase::exit,
                                               .render = render_parent_tid,
                                               .capture = capture_tid,
                                               .descriptors = collect_pidfd,
                                               .present = has_parent_tid,
                                               .unseparated = true,
                                               .compat = &same};
static constexpr ArgumentType clone_tls{.phase = Phase::exit, .render = render_tls, .present = has_tls, .unseparated = true};
static constexpr ArgumentType clone_child_tid{
    .phase = Phase::exit, .render = render_child_tid, .present = has_child_tid, .unseparated = true};
static constexpr ArgumentType clone_args{.render = render_clone_args,
                                         .render_rest = render_clone_results,
                                         .capture = capture_clone_args,
                                         .descriptors = collect_clone_args,
                                         .captured_at_both = true,
                                         .compat = &same};
static constexpr ArgumentType wait_status{.phase = Phase::exit, .render = render_status, .capture = capture_struct<4>, .compat = &same};
static constexpr ArgumentType compat_rusage{
    .phase = Phase::exit,
    .render = render_rusage<rusage_size / 2, print_widened<rusage_size / 8, std::int32_t, print_rusage>>,
    .capture = capture_struct<rusage_size / 2>};
static constexpr ArgumentType rusage{.phase = Phase::exit,
                                     .render = render_rusage<rusage_size, print_rusage>,
                                     .capture = capture_struct<rusage_size>,
                                     .compat = &compat_rusage};
static constexpr ArgumentType waitid_id{.render = render_waitid_id, .descriptors = collect_waitid};
static constexpr ArgumentType compat_rlimit_in = struct_in<8, print_narrow_rlimit>;
static constexpr ArgumentType compat_rlimit_out = struct_out<8, print_narrow_rlimit>;
static constexpr ArgumentType rlimit_in = in_32_bits(struct_in<16, print_rlimit>, &compat_rlimit_in);
static constexpr ArgumentType rlimit_out = in_32_bits(struct_out<16, print_rlimit>, &compat_rlimit_out);
static constexpr ArgumentType rlimit64_in = in_32_bits(struct_in<16, print_rlimit>, &same);
static constexpr ArgumentType rlimit64_out = in_32_bits(struct_out<16, print_rlimit>, &same);
static constexpr ArgumentType strings{.render = render_strings, .capture = capture_strings<false>, .compat = &same};
static constexpr ArgumentType environment{.render = render_environment, .capture = capture_strings<true>, .compat = &same};
}  // namespace types

using namespace arguments;

static constexpr SyscallRow process_table[] = {
    {"fork", class_process, {}, results::process},
    {"vfork", class_process, {}, results::process, {.waits = {child}}},
    {"clone",
     class_process,
     {from(1, of("child_stack", types::clone_stack)), from(0, of("flags", types::clone_flags)),
      from(2, of("parent_tid", types::clone_parent_tid)), from(4, of("tls", types::clone_tls)),
      from(3, of("child_tidptr", types::clone_child_tid))},
     results::process},
    {"clone3", class_process, {of("cl_args", types::clone_args), size("size")}, results::process},
    {"execve",
     class_file | class_process,
     {path("pathname"), of("argv", types::strings), of("envp", types::environment)},
     {.effect = closes_at_exec}},
    {"execveat",
     class_file | class_desc | class_process,
     {directory_fd("dirfd"), path("pathname"), of("argv", types::strings), of("envp", types::environment), flags("flags", at_flags)},
     {.effect = closes_at_exec}},
    {"uselib", class_file, {path("library")}},
    {"exit", class_process, {number("status")}},
    {"exit_group", class_process, {number("status")}},
    {"wait4",
     class_process,
     {pid("pid"), of("wstatus", types::wait_status), flags("options", wait_options), of("rusage", types::rusage)},
     results::process,
     {.waits = {child}}},
    {"waitid",
     class_process,
     {constant("idtype", waitid_types), of("id", types::waitid_id), of("infop", types::siginfo_out), flags("options", wait_options),
      of("rusage", types::rusage)},
     {.waits = {child}}},
    {"pidfd_open", class_desc, {pid("pid"), flags("flags", pidfd_open_flags)}, results::fd},
    {"pidfd_getfd", class_desc, {fd("pidfd"), number("targetfd"), of("flags", types::hex32)}, results::fd},
    {"unshare", 0, {flags64("flags", unshare_flags)}, {.effect = unshares}},
    {"setns", class_desc, {fd("fd"), flags("nstype", setns_types)}, {.effect = moves_directory}},
    {"set_tid_address", 0, {address("tidptr")}},
    {"getrlimit", 0, {constant("resource", rlimit_resources), of("rlim", types::rlimit_out)}},
    {"setrlimit", 0, {constant("resource", rlimit_resources), of("rlim", types::rlimit_in)}},
    {"prlimit64",
     0,
     {pid("pid"), constant("resource", rlimit_resources), of("new_limit", types::rlimit64_in), of("old_limit", types::rlimit64_out)}},
    {"getrusage", 0, {constant("who", rusage_who), of("usage", types::rusage)}},
};

constinit const std::span<const SyscallRow> process_rows = process_table;

}  // namespace shimtrace::decoders
