#include "recording/writer.hpp"

#include "recording/block_file.hpp"
#include "recording/event_ring.hpp"
#include "recording/schema.hpp"

#include <shimtrace/quiet_thread.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace shimtrace::recording {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t event_ring_size = std::size_t{16} << 20;
constexpr auto flush_after = std::chrono::milliseconds(150);  // with what waiting and writing take, 200 ms
constexpr auto nap = std::chrono::milliseconds(20);           // while something waits to be written
constexpr auto rest = std::chrono::milliseconds(200);         // while nothing does; a dump may be asked for
constexpr std::size_t most_kept_snapshots = 4;                // of a flight recorder
constexpr unsigned events_between_looks = 64;                 // at the clock

/// The writer's thread: what the ring brings becomes blocks, and the blocks a file.
class Scribe {
public:
    Scribe(std::string path, WriterOptions options, std::unique_ptr<BlockFile> file, EventRing& ring)
        : path_(std::move(path)), options_(std::move(options)), file_(std::move(file)), ring_(ring) {}

    void run() {
        unsigned until_look = events_between_looks;
        do {
            while (true) {
                EventRing::Item item = ring_.pop();
                if (std::holds_alternative<std::monostate>(item)) break;
                if (Event** event = std::get_if<Event*>(&item)) {
                    add(**event);
                } else {
                    define(std::get<Definition>(item));
                }
                if (--until_look == 0) {
                    until_look = events_between_looks;
                    look_at_the_clock();
                }
            }
            look_at_the_clock();
        } while (encoder_.empty() ? ring_.wait(rest, EventRing::Patience::until_anything) : ring_.wait(nap));
        finish_events();
        if (flight_recorder()) write_out();
        if (file_ && !failed_) check(file_->close(maker_));  // a file that lacks something has no end: readers say so
        file_.reset();
    }

    void request_dump() { dump_requested_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t discarded() const { return discarded_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::optional<Error> failure() const {
        const std::lock_guard lock(failure_mutex_);
        return failure_;
    }

private:
    [[nodiscard]] bool flight_recorder() const { return options_.ring_bytes != 0; }

    void add(Event& event) {
        if (failed_) {
            if (event.kind != EventKind::lost) ++discarded_;
            return;
        }
        if (encoder_.empty()) block_begun_ = Clock::now();
        encoder_.add(event);
        if (encoder_.full()) finish_events();
    }

    void define(Definition& definition) {
        if (failed_) return;
        if (encoder_.empty()) block_begun_ = Clock::now();
        if (auto* session = std::get_if<SessionInfo>(&definition.value)) {
            complete(session->host);
            header_ = make_header(*session);
            if (!flight_recorder()) write_header();
        } else if (auto* target = std::get_if<std::pair<TargetId, FdTarget>>(&definition.value)) {
            encoder_.define_target(target->first, target->second);
        } else if (auto* task = std::get_if<TaskInfo>(&definition.value)) {
            encoder_.define_task(*task);
        } else {
            complete(std::get<Snapshot>(definition.value).host);
            add_snapshot(std::get<Snapshot>(definition.value));
        }
        if (encoder_.full()) finish_events();
    }

    void complete(HostInfo& host) const {
        if (options_.complete_host) options_.complete_host(host);
    }

    EncodedBlock make_header(SessionInfo session) {
        if (options_.redact && session.command_line.size() > 1) session.command_line.resize(1);
        ByteWriter message;
        write_message(message,
                      RecordingHeader{format_version, std::endian::native == std::endian::little ? "little" : "big", std::move(session)});
        EncodedBlock block;
        block.type = BlockType::header;
        block.bytes = maker_.make(block.type, 0, {}, message.bytes());
        return block;
    }

    /// Twice: where one copy is damaged the other tells what the recording is of.
    void write_header() {
        if (!header_) header_ = make_header({});
        for (int copy = 0; copy < 2; ++copy) {
            EncodedBlock block = *header_;
            append(block);
        }
        has_header_ = true;
    }

    void add_snapshot(Snapshot& snapshot) {
        finish_events();
        if (options_.redact)
            for (Process& process : snapshot.processes) {
                process.environment.clear();
                if (process.command_line.size() > 1) process.command_line.resize(1);
            }
        ByteWriter message;
        write_message(message, snapshot);
        EncodedBlock block;
        block.type = BlockType::snapshot;
        block.summary.first = block.summary.last = snapshot.taken_monotonic;
        block.bytes = maker_.make(block.type, 0, encode_summary(block.summary), message.bytes());
        take(std::move(block));
    }

    void finish_events() {
        if (!encoder_.empty()) take(encoder_.finish(maker_));
    }

    void take(EncodedBlock block) {
        if (flight_recorder()) return keep(std::move(block));
        if (failed_) {
            discarded_ += block.summary.events;
            return;
        }
        if (!has_header_) write_header();
        if (options_.max_bytes != 0 && file_->size() + block.bytes.size() > options_.max_bytes && (block.flags & flag_checkpoint) != 0)
            rotate();
        append(block);
        // The next file is to begin with a block that can be read without the one before.
        if (options_.max_bytes != 0 && file_ && file_->size() + block.bytes.size() > options_.max_bytes) encoder_.restart();
    }

    /// Snapshots are few and large: they take no event's place, and the last ones stay.
    void keep(EncodedBlock block) {
        const bool is_snapshot = block.type == BlockType::snapshot;
        (is_snapshot ? kept_snapshots_ : kept_events_).push_back({next_kept_++, std::move(block)});
        if (is_snapshot) {
            if (kept_snapshots_.size() > most_kept_snapshots) kept_snapshots_.pop_front();
            return;
        }
        kept_bytes_ += kept_events_.back().block.bytes.size();
        while (kept_bytes_ > options_.ring_bytes && kept_events_.size() > 1) {
            kept_bytes_ -= kept_events_.front().block.bytes.size();
            kept_events_.pop_front();
        }
        bytes_ = kept_bytes_;
    }

    void append(EncodedBlock& block) {
        if (failed_) {
            discarded_ += block.summary.events;
            return;
        }
        const std::uint64_t before = file_->size();
        check(file_->append(block));
        if (failed_) discarded_ += block.summary.events;
        bytes_ += file_->size() - before;
    }

    void rotate() {
        check(file_->close(maker_));
        if (path_ == "-" || failed_) return;
        const auto name = [&](std::uint32_t number) { return number == 0 ? path_ : path_ + "." + std::to_string(number); };
        for (std::uint32_t number = options_.max_files - 1; number > 0; --number)
            if (std::rename(name(number - 1).c_str(), name(number).c_str()) != 0 && errno != ENOENT)
                check(fail("rename the full recording " + name(number - 1), errno));
        auto next = BlockFile::create(path_, options_.force || options_.max_files < 2);
        if (!next) return check(std::unexpected(next.error()));
        file_ = std::move(*next);
        write_header();
    }

    /// The flight recorder's blocks, as a recording of their own.
    void write_out() {
        if (failed_) return;
        if (!file_) {
            auto next = BlockFile::create(path_ + "." + std::to_string(++dumps_), options_.force);
            if (!next) return check(std::unexpected(next.error()));
            file_ = std::move(*next);
        } else {
            dumps_ = 1;
        }
        write_header();
        std::vector<Kept*> in_order;
        for (std::deque<Kept>* kept : {&kept_events_, &kept_snapshots_})
            for (Kept& each : *kept) in_order.push_back(&each);
        std::ranges::sort(in_order, {}, &Kept::place);
        for (Kept* each : in_order) append(each->block);
        if (!failed_) check(file_->close(maker_));
        file_.reset();
        bytes_ = kept_bytes_;
    }

    void look_at_the_clock() {
        if (!encoder_.empty() && Clock::now() - block_begun_ >= flush_after) finish_events();
        if (flight_recorder() && dump_requested_.exchange(false, std::memory_order_relaxed)) {
            finish_events();
            write_out();
        }
    }

    void check(const Result<void>& result) {
        if (result || failed_) return;
        failed_ = true;
        const std::lock_guard lock(failure_mutex_);
        failure_ = result.error();
    }

    const std::string path_;
    const WriterOptions options_;
    std::unique_ptr<BlockFile> file_;
    EventRing& ring_;
    BlockMaker maker_;
    EventEncoder encoder_;
    Clock::time_point block_begun_;
    std::optional<EncodedBlock> header_;
    bool has_header_ = false;
    bool failed_ = false;
    mutable std::mutex failure_mutex_;
    std::optional<Error> failure_;
    struct Kept {
        std::uint64_t place;  ///< in the order of coming
        EncodedBlock block;
    };
    std::deque<Kept> kept_events_, kept_snapshots_;
    std::uint64_t next_kept_ = 0, kept_bytes_ = 0;  ///< bytes: of events
    unsigned dumps_ = 0;
    std::atomic<bool> dump_requested_{false};
    std::atomic<std::uint64_t> bytes_{0}, discarded_{0};
};

/// The tracer's end of the ring.
class RingWriter final : public Writer {
public:
    RingWriter(const std::string& path, const WriterOptions& options, std::unique_ptr<BlockFile> file)
        : options_(options),
          ring_(event_ring_size),
          scribe_(path, options, std::move(file), ring_),
          thread_(quiet_thread([this] { scribe_.run(); })) {}
    ~RingWriter() override { end(); }
    RingWriter(const RingWriter&) = delete;
    RingWriter& operator=(const RingWriter&) = delete;

    void session(const SessionInfo& session) override { ring_.push({session}); }
    void target(TargetId id, const FdTarget& target) override { ring_.push({std::pair(id, target)}); }
    void task(const TaskInfo& task) override { ring_.push({task}); }
    void snapshot(const Snapshot& snapshot) override { ring_.push({snapshot}); }

    void event(const Event& event) override {
        if (lost_ != 0 && !tell_of_lost(event.time)) {
            lose();
        } else if (ring_.try_push(event) ||
                   (options_.on_overrun == OnOverrun::wait && ring_.wait_for_room(options_.overrun_wait) && ring_.try_push(event))) {
            events_.fetch_add(1, std::memory_order_relaxed);
        } else {
            lost_since_ = event.time;
            lose();
        }
    }

    void end() override {
        if (!thread_.joinable()) return;
        // The last stretch that was lost is told of as soon as the disk lets it.
        while (lost_ != 0 && !tell_of_lost(lost_since_)) ring_.wait_for_room(std::chrono::seconds(1));
        ring_.close();
        thread_.join();
    }

    /// Events that came through the ring and met a failed disk are dropped, and no longer events.
    [[nodiscard]] WriterCounts counts() const override {
        const std::uint64_t discarded = scribe_.discarded(), events = events_.load(std::memory_order_relaxed);
        return {events - std::min(events, discarded), dropped_.load(std::memory_order_relaxed) + discarded, scribe_.bytes()};
    }
    void dump() override { scribe_.request_dump(); }
    [[nodiscard]] std::optional<Error> failure() const override { return scribe_.failure(); }

private:
    void lose() {
        ++lost_;
        dropped_.fetch_add(1, std::memory_order_relaxed);
    }

    bool tell_of_lost(MonotonicTime now) {
        if (!ring_.has_room()) return false;
        Event event;
        event.kind = EventKind::lost;
        event.time = now;
        event.result = lost_;
        if (!ring_.try_push(event)) return false;
        lost_ = 0;
        return true;
    }

    const WriterOptions options_;
    EventRing ring_;
    std::int64_t lost_ = 0;  ///< in the stretch that has not been told of
    MonotonicTime lost_since_;
    std::atomic<std::uint64_t> events_{0}, dropped_{0};
    Scribe scribe_;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Writer>> Writer::create(const std::string& path, const WriterOptions& options) {
    auto file = BlockFile::create(path, options.force);
    if (!file) return std::unexpected(file.error());
    return std::make_unique<RingWriter>(path, options, std::move(*file));
}

}  // namespace shimtrace::recording
