// Made-up sessions: structs with every field set, and streams of events like those of a busy host.
#pragma once

#include "tracer/recording/schema.hpp"

#include <shimtrace/event_sink.hpp>

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace shimtrace::recording::test {

using Random = std::mt19937_64;

/// Sets everything that Schema describes to something other than its default.
template <typename T>
void fill(Random& random, T& value) {
    using namespace wire;
    if constexpr (is_vector<T>) {
        value.resize(1 + random() % 3);
        for (auto& element : value) fill(random, element);
    } else if constexpr (is_optional<T>) {
        fill(random, value.emplace());
    } else if constexpr (is_rare<T>) {
        fill(random, value.edit());
    } else if constexpr (is_array<T>) {
        for (auto& element : value) fill(random, element);
    } else if constexpr (std::is_same_v<T, std::string>) {
        value.resize(1 + random() % 20);
        for (char& c : value) c = static_cast<char>(random());
    } else if constexpr (std::is_same_v<T, SharedText>) {
        std::string text;
        fill(random, text);
        value = text;
    } else if constexpr (Described<T>) {
        std::apply([&](const auto&... field) { (fill(random, value.*field.member), ...); }, Schema<T>::fields);
    } else if constexpr (std::is_same_v<T, bool>) {
        value = true;
    } else if constexpr (std::is_same_v<T, ProcessState>) {
        value = process_state(static_cast<char>('A' + random() % 20));
    } else if constexpr (std::is_enum_v<T>) {
        value = static_cast<T>(1 + random() % static_cast<std::uint64_t>(LastOf<T>::value));
    } else if constexpr (is_strong<T>) {
        fill(random, value.value);
    } else if constexpr (is_time<T>) {
        value = T(typename T::duration(static_cast<std::int64_t>(random()) / 2));
    } else if constexpr (is_duration<T>) {
        value = T(static_cast<std::int64_t>(random()));
    } else {
        value = static_cast<T>(random() >> (random() % 64));
    }
}

/// Field by field, without the wire.
template <typename T>
bool same(const T& a, const T& b) {
    using namespace wire;
    if constexpr (is_vector<T>) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
    } else if constexpr (is_optional<T>) {
        return a.has_value() == b.has_value() && (!a || same(*a, *b));
    } else if constexpr (is_rare<T>) {
        return same(*a, *b);
    } else if constexpr (is_array<T>) {
        return std::equal(std::begin(a), std::end(a), std::begin(b));
    } else if constexpr (Described<T>) {
        return std::apply([&](const auto&... field) { return (same(a.*field.member, b.*field.member) && ...); }, Schema<T>::fields);
    } else {
        return a == b;
    }
}

inline bool same_event(const Event& a, const Event& b) {
    const auto pieces = [](const Event& event) {
        std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> list;
        for (const auto& piece : event.memory.pieces()) {
            const auto bytes = event.memory.bytes().subspan(piece.offset, piece.length);
            list.emplace_back(piece.address.value, std::vector<std::byte>(bytes.begin(), bytes.end()));
        }
        return list;
    };
    const auto fds = [](const Event& event) {
        std::vector<std::pair<std::int32_t, std::uint32_t>> list;
        for (const FdUse& use : event.fds) list.emplace_back(use.fd.value, use.target.value);
        return list;
    };
    return a.kind == b.kind && a.arch == b.arch && a.at_attach == b.at_attach && a.pid == b.pid && a.tid == b.tid && a.time == b.time &&
           a.parent == b.parent && a.number == b.number && a.args == b.args && a.result == b.result && a.is_error == b.is_error &&
           a.instruction_pointer == b.instruction_pointer && a.stack_pointer == b.stack_pointer && a.since == b.since &&
           a.system_time == b.system_time && pieces(a) == pieces(b) && fds(a) == fds(b) && same(a.stack, b.stack) && a.note == b.note;
}

/// Keeps all it is given.
struct Collected : EventSink {
    std::vector<SessionInfo> sessions;
    std::map<std::uint32_t, OpenFile> targets;
    std::vector<TaskInfo> tasks;
    std::vector<Event> events;
    std::vector<Snapshot> snapshots;
    int ends = 0;

    void session(const SessionInfo& value) override { sessions.push_back(value); }
    void target(OpenFileId id, const OpenFile& value) override { targets[id.value] = value; }
    void task(const TaskInfo& value) override { tasks.push_back(value); }
    void event(const Event& value) override { events.push_back(value); }
    void snapshot(const Snapshot& value) override { snapshots.push_back(value); }
    void end() override { ++ends; }
};

/// Any event at all: every field random, independent of the one before.
inline Event any_event(Random& random, MonotonicTime time, std::uint32_t targets) {
    Event event;
    event.kind = static_cast<EventKind>(random() % (static_cast<unsigned>(EventKind::lost) + 1));
    event.arch = static_cast<Arch>(random() % 5);
    event.at_attach = random() % 8 == 0;
    event.pid = Pid{static_cast<std::int32_t>(1000 + random() % 3)};
    event.tid = Tid{static_cast<std::int32_t>(event.pid.value * 10 + static_cast<std::int32_t>(random() % 3))};
    event.time = time;
    if (random() % 5 == 0) event.parent = Tid{static_cast<std::int32_t>(random() % 5000)};
    event.number = static_cast<std::int64_t>(random() % 4) - 1;
    for (auto& arg : event.args) arg = random() >> (random() % 64);
    event.args[0] = random() % 5;
    event.result = static_cast<std::int64_t>(random()) >> (random() % 64);
    event.is_error = random() % 2 == 0;
    event.instruction_pointer = random() >> (random() % 64);
    event.stack_pointer = random() >> (random() % 64);
    if (random() % 4 == 0) event.since = time - Nanoseconds(random() % 1000000);
    event.system_time = Nanoseconds(random() % 1000000);
    for (std::uint64_t i = random() % 4; i > 0; --i) {
        std::vector<std::byte> bytes(random() % 40);
        for (auto& byte : bytes) byte = static_cast<std::byte>(random());
        event.memory.add(RemoteAddress{random() % 2 ? event.args[1] : random() >> (random() % 64)}, bytes);
    }
    if (targets != 0)
        for (std::uint64_t i = random() % 3; i > 0; --i)
            event.fds.push_back(
                {Fd{static_cast<std::int32_t>(random() % 300) - 1}, OpenFileId{static_cast<std::uint32_t>(1 + random() % targets)}});
    for (std::uint64_t i = random() % 3; i > 0; --i)
        event.stack.push_back({random() % 7, "/bin/busybox", "main", random() % 3, "main.c", static_cast<int>(random() % 5)});
    if (random() % 5 == 0) event.note = "read by ctr[5205] (stopped)";
    return event;
}

/// A busy server: read, write, epoll_wait and futex over some threads and descriptors, payloads of `payload` bytes.
class BusySession {
public:
    explicit BusySession(std::uint64_t seed = 1, std::size_t payload = 32) : random_(seed), payload_(payload) {
        for (std::int32_t i = 0; i < 16; ++i) threads_.push_back({Tid{4700 + i}, 0, 0, {}});
    }

    void define(EventSink& sink) {
        SessionInfo session;
        session.host = {"host", "6.1.0", "boot", "1.6.20", "1.1.5"};
        session.real_anchor = RealTime(Nanoseconds(1'700'000'000'000'000'000));
        session.monotonic_anchor = now_;
        session.writer = "shimtrace test";
        sink.session(session);
        for (const Thread& thread : threads_) sink.task({pid_of(thread.tid), thread.tid, "containerd-shim", {}, Inode{1}, {}});
        for (std::uint32_t i = 1; i <= 32; ++i) {
            OpenFile target;
            target.kind = OpenFileKind::pipe;
            target.path = "pipe:[" + std::to_string(8000 + i) + "]";
            target.inode = Inode{8000 + i};
            sink.target(OpenFileId{i}, target);
        }
    }

    /// The next event, in a buffer that is used again.
    Event& next() {
        now_ += Nanoseconds(800 + random_() % 12000);
        Thread& thread = threads_[random_() % 3 == 0 ? random_() % threads_.size() : last_];
        last_ = static_cast<std::size_t>(&thread - threads_.data());
        event_.clear();
        event_.pid = pid_of(thread.tid);
        event_.tid = thread.tid;
        event_.time = now_;
        if (thread.step % 2 == 0) {
            enter(thread);
        } else {
            exit(thread);
        }
        ++thread.step;
        return event_;
    }

private:
    struct Thread {
        Tid tid;
        std::uint64_t step;
        std::uint64_t call;
        std::array<std::uint64_t, 6> args;
    };
    static Pid pid_of(Tid tid) { return Pid{4700 + (tid.value - 4700) / 8 * 8}; }

    void enter(Thread& thread) {
        const std::uint64_t fd = 5 + static_cast<std::uint64_t>(thread.tid.value % 8) + random_() % 2 * 8;
        const std::uint64_t stack = 0xc000000000 + static_cast<std::uint64_t>(thread.tid.value) * 0x10000;
        thread.call = thread.step / 2 % 4;
        event_.kind = EventKind::syscall_enter;
        switch (thread.call) {
            case 0:
                event_.number = 232;  // epoll_wait
                event_.args = {4, stack + 0x1000, 128, 0xffffffffffffffff, 0, 0};
                use(4);
                break;
            case 1:
                event_.number = 0;  // read
                event_.args = {fd, stack, 32768, 0, 0, 0};
                use(fd);
                break;
            case 2:
                event_.number = 1;  // write
                event_.args = {fd + 1, stack, 100 + random_() % 400, 0, 0, 0};
                use(fd + 1);
                add_text(stack, event_.args[2]);
                break;
            default:
                event_.number = 202;  // futex
                event_.args = {0xc000040148 + 0x100 * (random_() % 4), random_() % 2 ? 128UL : 129UL, random_() % 2, 0, 0, 0};
                break;
        }
        thread.args = event_.args;
    }

    void exit(Thread& thread) {
        event_.kind = EventKind::syscall_exit;
        event_.number = std::array<std::int64_t, 4>{232, 0, 1, 202}[thread.call];
        switch (thread.call) {
            case 0: {
                event_.result = 1;
                std::array<std::uint32_t, 3> ready{1, 0xc0001 + static_cast<std::uint32_t>(random_() % 8), 0x7f};
                event_.memory.add(RemoteAddress{thread.args[1]}, std::as_bytes(std::span(ready)));
                break;
            }
            case 1:
                event_.result = 20 + static_cast<std::int64_t>(random_() % 200);
                add_text(thread.args[1], static_cast<std::uint64_t>(event_.result));
                break;
            case 2:
                event_.result = static_cast<std::int64_t>(thread.args[2]);
                break;
            default:
                event_.result = random_() % 8 == 0 ? -11 : 0;
                break;
        }
        event_.is_error = event_.result < 0;
    }

    void use(std::uint64_t fd) { event_.fds.push_back({Fd{static_cast<std::int32_t>(fd)}, OpenFileId{static_cast<std::uint32_t>(fd)}}); }

    /// The start of a log line: what pipes of containers mostly carry.
    void add_text(std::uint64_t address, std::uint64_t length) {
        char text[64];
        const int size = std::snprintf(text, sizeof text, "2026-11-24T23:%02u:%02u.%06u INFO request served id=%u",
                                       static_cast<unsigned>(now_.time_since_epoch().count() / 60'000'000'000 % 60),
                                       static_cast<unsigned>(now_.time_since_epoch().count() / 1'000'000'000 % 60),
                                       static_cast<unsigned>(now_.time_since_epoch().count() / 1000 % 1'000'000),
                                       static_cast<unsigned>(random_() % 100000));
        const std::size_t wanted = std::min<std::size_t>({payload_, length, static_cast<std::size_t>(size)});
        event_.memory.add(RemoteAddress{address}, std::as_bytes(std::span(text, wanted)));
    }

    Random random_;
    std::size_t payload_;
    std::vector<Thread> threads_;
    std::size_t last_ = 0;
    MonotonicTime now_{Nanoseconds(5'000'000'000'000)};
    Event event_;
};

/// A file name in a directory that goes away.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "shimtrace-test-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_file(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace shimtrace::recording::test
