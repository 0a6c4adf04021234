#include "tracer/procfs/scheduler_events.hpp"

#include "tracer/procfs/observer.hpp"
#include "tracer/procfs/owned_fd.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace shimtrace::host {

namespace {

// linux/mount.h and sys/mount.h of glibc define these differently: the calls are made by number.
OwnedFd detached_tracefs() {
    const OwnedFd context(static_cast<int>(::syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC)));
    if (!context || ::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return OwnedFd();
    return OwnedFd(static_cast<int>(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0)));
}

OwnedFd open_tracefs() {
    if (OwnedFd detached = detached_tracefs()) return detached;
    for (const char* path : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
        OwnedFd mounted(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (mounted && ::faccessat(mounted.get(), "events", X_OK, 0) == 0) return mounted;
    }
    return OwnedFd();
}

Result<std::string> read_small(const OwnedFd& directory, const std::string& path) {
    const OwnedFd file(::openat(directory.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return fail("read tracefs' " + path, errno);
    std::string text(16 << 10, '\0');
    const ssize_t length = ::read(file.get(), text.data(), text.size());
    if (length < 0) return fail("read tracefs' " + path, errno);
    text.resize(static_cast<std::size_t>(length));
    return text;
}

struct Tracepoint {
    std::uint64_t id = 0;
    std::string format;
};

Result<Tracepoint> find_tracepoint(const OwnedFd& tracefs, const std::string& name) {
    const auto id = read_small(tracefs, "events/sched/" + name + "/id");
    if (!id) return std::unexpected(id.error());
    auto format = read_small(tracefs, "events/sched/" + name + "/format");
    if (!format) return std::unexpected(format.error());
    Tracepoint point{.format = std::move(*format)};
    if (std::from_chars(id->data(), id->data() + id->size(), point.id).ec != std::errc{}) return fail("read the id of sched:" + name);
    return point;
}

/// Reads fields of a record; what lies outside of it is 0.
class Record {
public:
    explicit Record(std::span<const std::byte> bytes) : bytes_(bytes) {}
    [[nodiscard]] std::int64_t number(RecordField field) const {
        if (field.offset > bytes_.size() || field.size > bytes_.size() - field.offset) return 0;
        const auto at = bytes_.subspan(field.offset, field.size);
        const auto as = [&]<typename T>(T value) {
            std::memcpy(&value, at.data(), sizeof value);
            return static_cast<std::int64_t>(value);
        };
        switch (field.size) {
            case 1:
                return as(std::uint8_t{});
            case 2:
                return as(std::uint16_t{});
            case 4:
                return as(std::int32_t{});
            case 8:
                return as(std::int64_t{});
            default:
                return 0;
        }
    }
    [[nodiscard]] std::string text(RecordField field) const {
        if (field.offset > bytes_.size() || field.size > bytes_.size() - field.offset) return {};
        const auto* begin = reinterpret_cast<const char*>(bytes_.data()) + field.offset;
        return {begin, ::strnlen(begin, field.size)};
    }

private:
    std::span<const std::byte> bytes_;
};

struct Fields {
    RecordField flags, previous_comm, previous_pid, previous_priority, previous_state, next_comm, next_pid, next_priority;
    RecordField woken_comm, woken_pid, woken_priority, target_cpu;
    std::uint16_t switch_id = 0, waking_id = 0;
};

Result<Fields> fields_of(const Tracepoint& switches, const Tracepoint& wakings) {
    Fields fields;
    fields.switch_id = static_cast<std::uint16_t>(switches.id);
    fields.waking_id = static_cast<std::uint16_t>(wakings.id);
    const struct {
        const Tracepoint& of;
        std::string_view name;
        RecordField& into;
    } wanted[] = {{switches, "common_flags", fields.flags},
                  {switches, "prev_comm", fields.previous_comm},
                  {switches, "prev_pid", fields.previous_pid},
                  {switches, "prev_prio", fields.previous_priority},
                  {switches, "prev_state", fields.previous_state},
                  {switches, "next_comm", fields.next_comm},
                  {switches, "next_pid", fields.next_pid},
                  {switches, "next_prio", fields.next_priority},
                  {wakings, "comm", fields.woken_comm},
                  {wakings, "pid", fields.woken_pid},
                  {wakings, "prio", fields.woken_priority},
                  {wakings, "target_cpu", fields.target_cpu}};
    for (const auto& row : wanted) {
        const auto field = parse_record_field(row.of.format, row.name);
        if (!field) return fail("find the field " + std::string(row.name) + " of a tracepoint");
        row.into = *field;
    }
    return fields;
}

/// The ring of one CPU: a page about it, then its data (perf_event_open(2), "MMAP layout").
class Ring {
public:
    Ring(void* memory, std::size_t size) : memory_(memory), size_(size) {}
    Ring(Ring&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    ~Ring() {
        if (memory_ != nullptr) ::munmap(memory_, size_);
    }

    /// Calls `each` with every record that has come since, whole.
    template <typename Each>
    void drain(std::vector<std::byte>& scratch, Each each) {
        auto* about = static_cast<perf_event_mmap_page*>(memory_);
        const std::uint64_t head = std::atomic_ref(about->data_head).load(std::memory_order_acquire);
        std::uint64_t tail = about->data_tail;
        const std::uint64_t size = about->data_size;
        const std::byte* const data = static_cast<std::byte*>(memory_) + about->data_offset;
        const auto copy = [&](std::uint64_t from, std::byte* to, std::size_t length) {
            const std::size_t at = from % size, first = std::min<std::size_t>(length, size - at);
            std::memcpy(to, data + at, first);
            std::memcpy(to + first, data, length - first);
        };
        while (tail + sizeof(perf_event_header) <= head) {
            perf_event_header header{};
            copy(tail, reinterpret_cast<std::byte*>(&header), sizeof header);
            if (header.size < sizeof header || header.size > head - tail) break;
            scratch.resize(header.size - sizeof header);
            copy(tail + sizeof header, scratch.data(), scratch.size());
            each(header.type, std::span<const std::byte>(scratch));
            tail += header.size;
        }
        std::atomic_ref(about->data_tail).store(head, std::memory_order_release);
    }

private:
    void* memory_;
    std::size_t size_;
};

struct Counter {
    OwnedFd switches, wakings;
    Ring ring;
};

class PerfScheduler final : public SchedulerEvents {
public:
    PerfScheduler(Fields fields, std::vector<Counter> counters) : fields_(fields), counters_(std::move(counters)) {}

    std::optional<Scheduling> read() override {
        Scheduling read;
        std::map<std::int32_t, ScheduledTask> tasks;
        std::vector<std::pair<std::int64_t, SchedulingEvent>> found;
        for (Counter& counter : counters_)
            counter.ring.drain(scratch_, [&](std::uint32_t type, std::span<const std::byte> body) {
                if (type == PERF_RECORD_SAMPLE)
                    sample(body, found, tasks);
                else if (type == PERF_RECORD_LOST)
                    read.lost += static_cast<std::uint64_t>(Record(body).number({.offset = 8, .size = 8}));
            });
        if (found.empty() && read.lost == 0) return std::nullopt;
        std::ranges::stable_sort(found, {}, [](const auto& item) { return item.first; });
        if (!found.empty()) read.first = MonotonicTime(Nanoseconds(found.front().first));
        for (auto& [time, event] : found) {
            event.after = Nanoseconds(time - found.front().first);
            read.events.push_back(event);
        }
        for (auto& [tid, task] : tasks) read.tasks.push_back(std::move(task));
        return read;
    }

private:
    /// As `sample_type` below orders it: pid, tid, time, cpu, the tracepoint's record.
    void sample(std::span<const std::byte> body, std::vector<std::pair<std::int64_t, SchedulingEvent>>& found,
                std::map<std::int32_t, ScheduledTask>& tasks) const {
        const Record sample(body);
        const auto pid = static_cast<std::int32_t>(sample.number({.offset = 0, .size = 4}));
        const auto tid = static_cast<std::int32_t>(sample.number({.offset = 4, .size = 4}));
        const std::int64_t time = sample.number({.offset = 8, .size = 8});
        constexpr std::size_t raw = 28;
        const auto length = static_cast<std::size_t>(sample.number({.offset = 24, .size = 4}));
        if (body.size() < raw || length > body.size() - raw) return;
        const Record record(body.subspan(raw, length));
        const auto task = [&](RecordField number, RecordField comm) {
            const auto whose = static_cast<std::int32_t>(record.number(number));
            ScheduledTask& known = tasks[whose];
            known.tid = Tid{whose};
            known.comm = record.text(comm);
            if (whose == tid) known.pid = Pid{pid};
            return Tid{whose};
        };
        SchedulingEvent event{.cpu = static_cast<std::uint32_t>(sample.number({.offset = 16, .size = 4}))};
        const std::int64_t kind = record.number({.offset = 0, .size = 2});  // common_type: the tracepoint's number
        if (kind == fields_.switch_id) {
            event.from = task(fields_.previous_pid, fields_.previous_comm);
            event.to = task(fields_.next_pid, fields_.next_comm);
            event.state = record.number(fields_.previous_state);
            event.from_priority = static_cast<std::int32_t>(record.number(fields_.previous_priority));
            event.to_priority = static_cast<std::int32_t>(record.number(fields_.next_priority));
        } else if (kind == fields_.waking_id) {
            constexpr std::int64_t in_interrupt = 0x08 | 0x10;  // TRACE_FLAG_HARDIRQ, TRACE_FLAG_SOFTIRQ: linux/trace_events.h
            event.waking = true;
            event.to = task(fields_.woken_pid, fields_.woken_comm);
            event.to_priority = static_cast<std::int32_t>(record.number(fields_.woken_priority));
            event.target_cpu = static_cast<std::uint32_t>(record.number(fields_.target_cpu));
            if ((record.number(fields_.flags) & in_interrupt) == 0) {
                event.from = Tid{tid};
                ScheduledTask& waker = tasks[tid];
                waker.tid = Tid{tid};
                waker.pid = Pid{pid};
            }
        } else {
            return;
        }
        found.emplace_back(time, event);
    }

    const Fields fields_;
    std::vector<Counter> counters_;
    std::vector<std::byte> scratch_;
};

OwnedFd open_event(std::uint64_t tracepoint, int cpu) {
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_TRACEPOINT;
    attributes.size = sizeof attributes;
    attributes.config = tracepoint;
    attributes.sample_period = 1;
    attributes.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | PERF_SAMPLE_RAW;
    attributes.use_clockid = 1;
    attributes.clockid = CLOCK_MONOTONIC;
    return OwnedFd(static_cast<int>(::syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC)));
}

/// Of each CPU; in all no more than that.
constexpr std::size_t ring_pages = 1024, most_pages = 16 << 10;

}  // namespace

std::optional<RecordField> parse_record_field(std::string_view format, std::string_view name) {
    // "	field:pid_t prev_pid;	offset:24;	size:4;	signed:1;", "	field:char comm[16];	offset:8; …"
    while (!format.empty()) {
        std::string_view line = format.substr(0, format.find('\n'));
        format.remove_prefix(std::min(line.size() + 1, format.size()));
        const std::size_t end = line.find(';');
        if (end == std::string_view::npos || line.find("field:") == std::string_view::npos) continue;
        std::string_view declared = line.substr(0, end);
        declared = declared.substr(0, declared.find('['));
        if (declared.substr(declared.rfind(' ') + 1) != name) continue;
        const auto value = [&](std::string_view key) -> std::optional<std::size_t> {
            const std::size_t at = line.find(key, end);
            std::size_t number = 0;
            if (at == std::string_view::npos) return std::nullopt;
            const char* const begin = line.data() + at + key.size();
            return std::from_chars(begin, line.data() + line.size(), number).ec == std::errc{} ? std::optional(number) : std::nullopt;
        };
        const auto offset = value("offset:"), size = value("size:");
        if (offset && size) return RecordField{*offset, *size};
    }
    return std::nullopt;
}

Result<std::unique_ptr<SchedulerEvents>> SchedulerEvents::open() {
    constexpr const char* needed = "needs CAP_PERFMON and CAP_SYS_ADMIN: run as root";
    if (!observer().host_pids) return fail("watch the scheduler", 0, "from a pid namespace of its own whom it names cannot be told");
    const OwnedFd tracefs = open_tracefs();
    if (!tracefs) return fail("watch the scheduler: tracefs, which names its tracepoints", errno == 0 ? EPERM : errno, needed);
    const auto switches = find_tracepoint(tracefs, "sched_switch");
    if (!switches) return std::unexpected(switches.error());
    const auto wakings = find_tracepoint(tracefs, "sched_waking");
    if (!wakings) return std::unexpected(wakings.error());
    const auto fields = fields_of(*switches, *wakings);
    if (!fields) return std::unexpected(fields.error());

    const int cpus = static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_CONF)));
    const std::size_t pages = std::bit_floor(std::clamp<std::size_t>(most_pages / static_cast<std::size_t>(cpus), 8, ring_pages));
    const std::size_t size = (pages + 1) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<Counter> counters;
    for (int cpu = 0; cpu < cpus; ++cpu) {
        OwnedFd switched = open_event(switches->id, cpu);
        if (!switched && errno == ENODEV) continue;  // it is offline
        OwnedFd waking = switched ? open_event(wakings->id, cpu) : OwnedFd();
        if (!waking) return fail("watch the scheduler", errno, errno == EACCES || errno == EPERM ? needed : "");
        void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, switched.get(), 0);
        if (memory == MAP_FAILED) return fail("watch the scheduler: memory for what it tells", errno);
        Ring ring(memory, size);
        if (::ioctl(waking.get(), PERF_EVENT_IOC_SET_OUTPUT, switched.get()) != 0) return fail("watch the scheduler", errno);
        counters.push_back({std::move(switched), std::move(waking), std::move(ring)});
    }
    if (counters.empty()) return fail("watch the scheduler: no CPU is online");
    return std::make_unique<PerfScheduler>(*fields, std::move(counters));
}

}  // namespace shimtrace::host
