#include "recording/event_ring.hpp"

#include "recording/schema.hpp"

#include <algorithm>
#include <cstring>

namespace shimtrace::recording {

/// An event in the ring: this, then its pieces, descriptors, captured bytes, note and stack.
struct EventRing::Record {
    std::uint32_t size;  ///< whole, a multiple of 8; 0: the ring continues at its start
    EventKind kind;
    Arch arch;
    bool at_attach, is_error, has_since;
    Pid pid;
    Tid tid;
    MonotonicTime time;
    Tid parent;
    std::int64_t number;
    std::array<std::uint64_t, 6> args;
    std::int64_t result;
    std::uint64_t instruction_pointer, stack_pointer;
    MonotonicTime since;
    Nanoseconds system_time;
    std::uint32_t pieces, fds, bytes, note, stack;  ///< counts, and lengths in bytes
};

namespace {

template <typename T>
std::byte* append(std::byte* to, std::span<const T> values) {
    if (!values.empty()) std::memcpy(to, values.data(), values.size_bytes());
    return to + values.size_bytes();
}

ByteWriter stack_message(const Event& event) {
    ByteWriter out;
    for (const StackFrame& frame : event.stack) {
        const std::size_t start = out.size();
        write_message(out, frame);
        out.prefix_length(start);
    }
    return out;
}

}  // namespace

EventRing::EventRing(std::size_t capacity) : capacity_(capacity), bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity)) {}

bool EventRing::try_push(const Event& event) {
    static_assert(std::is_trivially_copyable_v<Record> && std::is_trivially_copyable_v<CapturedMemory::Piece> &&
                  std::is_trivially_copyable_v<FdUse>);
    const auto pieces = event.memory.pieces();
    const auto bytes = event.memory.bytes();
    const ByteWriter stack = event.stack.empty() ? ByteWriter{} : stack_message(event);
    const std::size_t content =
        sizeof(Record) + pieces.size_bytes() + event.fds.size() * sizeof(FdUse) + bytes.size() + event.note.size() + stack.size();
    const std::size_t size = (content + 7) & ~std::size_t{7};

    const std::uint64_t written = written_.load(std::memory_order_relaxed);
    std::size_t offset = written % capacity_;
    // A record lies in one piece: what is left before the ring's end is skipped where it is too short.
    const std::size_t skipped = capacity_ - offset < size ? capacity_ - offset : 0;
    if (capacity_ - (written - read_.load(std::memory_order_acquire)) < size + skipped) return false;
    if (skipped != 0) {
        const std::uint32_t wrap = 0;
        std::memcpy(bytes_.get() + offset, &wrap, sizeof wrap);
        offset = 0;
    }
    const Record record{static_cast<std::uint32_t>(size),
                        event.kind,
                        event.arch,
                        event.at_attach,
                        event.is_error,
                        event.since.has_value(),
                        event.pid,
                        event.tid,
                        event.time,
                        event.parent,
                        event.number,
                        event.args,
                        event.result,
                        event.instruction_pointer,
                        event.stack_pointer,
                        event.since.value_or(MonotonicTime{}),
                        event.system_time,
                        static_cast<std::uint32_t>(pieces.size()),
                        static_cast<std::uint32_t>(event.fds.size()),
                        static_cast<std::uint32_t>(bytes.size()),
                        static_cast<std::uint32_t>(event.note.size()),
                        static_cast<std::uint32_t>(stack.size())};
    std::byte* to = bytes_.get() + offset;
    to = append(to, std::span(&record, 1));
    to = append(to, pieces);
    to = append(to, std::span<const FdUse>(event.fds));
    to = append(to, bytes);
    to = append(to, std::span<const char>(event.note));
    append(to, stack.bytes());
    written_.store(written + skipped + size);
    if (used() > wakes_above_.load()) {
        // With the lock: between the consumer's last look and its sleep no wake-up is lost. Once is enough.
        const std::lock_guard lock(mutex_);
        wakes_above_.store(never_);
        filled_.notify_one();
    }
    return true;
}

bool EventRing::has_room() const {
    return used() < capacity_ - capacity_ / 4;
}

bool EventRing::wait_for_room(Nanoseconds most) {
    std::unique_lock lock(mutex_);
    filled_.notify_one();
    return drained_.wait_for(lock, most, [&] { return has_room(); });
}

void EventRing::push(Definition definition) {
    const std::lock_guard lock(mutex_);
    definitions_.emplace_back(written_.load(std::memory_order_relaxed), std::move(definition));
    definitions_waiting_.store(definitions_.size(), std::memory_order_release);
    filled_.notify_one();
}

void EventRing::close() {
    const std::lock_guard lock(mutex_);
    closed_.store(true, std::memory_order_release);
    filled_.notify_one();
}

void EventRing::decode(const std::byte* from) {
    Record record;
    std::memcpy(&record, from, sizeof record);
    from += sizeof record;
    event_.kind = record.kind;
    event_.arch = record.arch;
    event_.at_attach = record.at_attach;
    event_.pid = record.pid;
    event_.tid = record.tid;
    event_.time = record.time;
    event_.parent = record.parent;
    event_.number = record.number;
    event_.args = record.args;
    event_.result = record.result;
    event_.is_error = record.is_error;
    event_.instruction_pointer = record.instruction_pointer;
    event_.stack_pointer = record.stack_pointer;
    event_.since = record.has_since ? std::optional(record.since) : std::nullopt;
    event_.system_time = record.system_time;

    const std::byte* pieces = from;
    from += record.pieces * sizeof(CapturedMemory::Piece);
    event_.fds.resize(record.fds);
    if (record.fds != 0) std::memcpy(event_.fds.data(), from, record.fds * sizeof(FdUse));
    from += record.fds * sizeof(FdUse);
    event_.memory.clear();
    for (std::uint32_t i = 0; i < record.pieces; ++i) {
        CapturedMemory::Piece piece;
        std::memcpy(&piece, pieces + i * sizeof piece, sizeof piece);
        event_.memory.add(piece.address, {from + piece.offset, piece.length});
    }
    from += record.bytes;
    event_.note.assign(reinterpret_cast<const char*>(from), record.note);
    from += record.note;
    event_.stack.clear();
    ByteReader stack({from, record.stack});
    while (!stack.at_end()) event_.stack.push_back(read_message<StackFrame>(stack.raw(stack.varint())).value_or(StackFrame{}));
}

EventRing::Item EventRing::pop() {
    // The event handed out last is done with: its bytes are copied, so its room was given back when it was decoded.
    const std::uint64_t written = written_.load(std::memory_order_acquire);
    std::uint64_t read = read_.load(std::memory_order_relaxed);
    if (definitions_waiting_.load(std::memory_order_acquire) != 0) {
        const std::lock_guard lock(mutex_);
        if (!definitions_.empty() && definitions_.front().first <= read) {
            Definition definition = std::move(definitions_.front().second);
            definitions_.pop_front();
            definitions_waiting_.store(definitions_.size(), std::memory_order_release);
            return definition;
        }
    }
    if (read == written) return std::monostate{};
    std::uint32_t size = 0;
    std::memcpy(&size, bytes_.get() + read % capacity_, sizeof size);
    if (size == 0) {
        read += capacity_ - read % capacity_;
        std::memcpy(&size, bytes_.get(), sizeof size);
    }
    decode(bytes_.get() + read % capacity_);
    const bool was_crowded = !has_room();
    read_.store(read + size, std::memory_order_release);
    if (was_crowded && has_room()) {
        const std::lock_guard lock(mutex_);
        drained_.notify_one();
    }
    return &event_;
}

bool EventRing::wait(Nanoseconds most, Patience patience) {
    const std::uint64_t enough = patience == Patience::until_anything ? 0 : capacity_ / 4;
    std::unique_lock lock(mutex_);
    wakes_above_.store(enough);
    filled_.wait_for(lock, most, [&] { return closed_.load() || used() > enough || (enough == 0 && !definitions_.empty()); });
    wakes_above_.store(never_);
    return !closed_.load() || used() != 0 || !definitions_.empty();
}

}  // namespace shimtrace::recording
