#include "tracer/recording/writer.hpp"

#include "tracer/recording/block_file.hpp"
#include "tracer/recording/encoder_queue.hpp"
#include "tracer/recording/schema.hpp"
#include "tracer/threads/signal_free_thread.hpp"

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

constexpr std::size_t intake_size = std::size_t{16} << 20;
constexpr auto flush_after = std::chrono::milliseconds(150);  // with what waiting and writing take, 200 ms
constexpr auto dump_delay = std::chrono::milliseconds(200);   // until it is seen that one is asked for
constexpr std::size_t most_kept_snapshots = 4;                // of a flight recorder

EncoderOptions encoder_options(const WriterOptions& options) {
    EncoderOptions chosen;
    // A flight recorder keeps whole blocks: of small ones it keeps closer to what was asked for.
    if (options.ring_bytes != 0)
        chosen.full_size = std::clamp<std::size_t>(options.ring_bytes / 4, std::size_t{16} << 10, chosen.full_size);
    // A file can begin at a checkpoint only.
    if (options.max_bytes != 0) chosen.checkpoint_distance = 0;
    return chosen;
}

/// The writer's thread: compresses what comes in, and writes it to a file.
class Scribe {
public:
    Scribe(std::string path, WriterOptions options, std::unique_ptr<BlockFile> file, EncoderQueue& encoder_queue)
        : path_(std::move(path)), options_(std::move(options)), file_(std::move(file)), intake_(encoder_queue) {}

    void run() {
        const std::optional<Nanoseconds> rest = flight_recorder() ? std::optional<Nanoseconds>(dump_delay) : std::nullopt;
        do {
            const bool dump = flight_recorder() && dump_requested_.exchange(false, std::memory_order_relaxed);
            // What comes in meanwhile waits for the next round: a dump that is asked for is not put off for it.
            for (std::size_t left = intake_.finish_block(dump ? Nanoseconds{} : flush_after); left > 0; --left)
                if (auto handed = intake_.take()) std::visit([this](auto& value) { write(value); }, *handed);
            if (dump) write_out();
        } while (intake_.wait(flush_after, rest));
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
    struct Kept {
        std::uint64_t place;  ///< in the order of coming
        EncodedBlock block;
    };

    [[nodiscard]] bool flight_recorder() const { return options_.ring_bytes != 0; }

    void write(SealedBlock& block) {
        if (failed_) {
            discarded_ += block.happened;
        } else {
            store(compress(std::move(block), maker_));
        }
    }

    void write(SessionInfo& session) {
        if (failed_) return;
        complete(session.host);
        header_ = make_header(std::move(session));
        if (!flight_recorder()) write_header();
    }

    void write(Snapshot& snapshot) {
        if (failed_) return;
        complete(snapshot.host);
        if (options_.redact) redact(snapshot);
        add_snapshot(snapshot);
    }

    void write(const Snapshot* snapshot) {
        if (!options_.redact && !options_.complete_host) {
            if (!failed_) add_snapshot(*snapshot);
            return;
        }
        Snapshot own = *snapshot;
        write(own);
    }

    void write(const Scheduling& scheduling) {
        if (failed_) return;
        ByteWriter message;
        write_message(message, scheduling);
        EncodedBlock block;
        block.type = BlockType::scheduling;
        block.summary.first = scheduling.first;
        block.summary.last = scheduling.first + (scheduling.events.empty() ? Nanoseconds{} : scheduling.events.back().after);
        block.bytes = maker_.make(block.type, 0, encode_summary(block.summary), message.bytes());
        store(std::move(block));
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

    static void redact(Snapshot& snapshot) {
        for (Process& process : snapshot.processes) {
            process.environment.clear();
            if (process.command_line.size() > 1) process.command_line.resize(1);
        }
        for (ContainerFiles& files : snapshot.containers)
            for (OciHook& hook : files.hooks) hook.arguments.clear();
    }

    void add_snapshot(const Snapshot& snapshot) {
        EncodedBlock block;
        block.type = BlockType::snapshot;
        block.summary.first = block.summary.last = snapshot.taken_monotonic;
        const auto pieces = [&](const auto& take) { write_message_in_pieces(snapshot, take); };
        block.bytes = maker_.make_of_pieces(block.type, 0, encode_summary(block.summary), message_size(snapshot), pieces);
        store(std::move(block));
    }

    void store(EncodedBlock block) {
        if (flight_recorder()) return keep(std::move(block));
        if (!has_header_) write_header();
        if (options_.max_bytes != 0 && file_->size() + block.bytes.size() > options_.max_bytes && (block.flags & flag_checkpoint) != 0)
            rotate();
        append(block);
        // The next file is to begin with a block that can be read without the one before.
        if (options_.max_bytes != 0 && file_ && file_->size() + block.bytes.size() > options_.max_bytes) intake_.restart();
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
            discarded_ += block.happened;
            return;
        }
        const std::uint64_t before = file_->size();
        check(file_->append(block));
        if (failed_) discarded_ += block.happened;
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

    /// The flight recorder's blocks, as a recording of their own. Where there is no room for all the last ones are kept.
    void write_out() {
        if (failed_) return;
        if (!file_) {
            auto next = BlockFile::create(path_ + "." + std::to_string(++dumps_), options_.force);
            if (!next) return check(std::unexpected(next.error()));
            file_ = std::move(*next);
        } else {
            dumps_ = 1;
        }
        std::size_t written = 0;
        std::vector<Kept*> blocks = kept_in_order();
        auto result = write_blocks(blocks, written);
        constexpr int most_attempts = 4;  // others fill the disk as well
        for (int attempt = 0; !result && attempt < most_attempts && file_->restart(); ++attempt) {
            check(result);
            blocks = last_within(file_->largest_size());
            result = write_blocks(blocks, written);
        }
        check(result);
        if (failed_) {
            blocks.resize(written);
            for (const Kept* each : kept_in_order())
                if (std::ranges::find(blocks, each) == blocks.end()) discarded_ += each->block.happened;
        } else {
            check(file_->close(maker_));
        }
        bytes_ = failed_ ? file_->size() : kept_bytes_;
        file_.reset();
    }

    [[nodiscard]] std::vector<Kept*> kept_in_order() {
        std::vector<Kept*> blocks;
        for (std::deque<Kept>* kept : {&kept_events_, &kept_snapshots_})
            for (Kept& each : *kept) blocks.push_back(&each);
        std::ranges::sort(blocks, {}, &Kept::place);
        return blocks;
    }

    /// The last events that have room in so many bytes, without a gap, and the snapshots that find some.
    [[nodiscard]] std::vector<Kept*> last_within(std::uint64_t bytes) {
        std::uint64_t used = 2 * header_->bytes.size();
        std::vector<Kept*> blocks;
        bool gap = false;
        std::vector<Kept*> all = kept_in_order();
        for (auto each = all.rbegin(); each != all.rend(); ++each) {
            const bool is_snapshot = (*each)->block.type == BlockType::snapshot;
            const std::uint64_t size = (*each)->block.bytes.size();
            if (used + size > bytes || (gap && !is_snapshot)) {
                gap = gap || !is_snapshot;
                continue;
            }
            used += size;
            blocks.push_back(*each);
        }
        std::ranges::reverse(blocks);
        return blocks;
    }

    /// A header and these; `written`: how many of them.
    Result<void> write_blocks(const std::vector<Kept*>& blocks, std::size_t& written) {
        written = 0;
        if (!header_) header_ = make_header({});
        for (int copy = 0; copy < 2; ++copy) {
            EncodedBlock block = *header_;
            if (auto result = file_->append(block); !result) return result;
        }
        for (Kept* each : blocks) {
            if (auto result = file_->append(each->block); !result) return result;
            ++written;
        }
        return {};
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
    EncoderQueue& intake_;
    BlockMaker maker_;
    std::optional<EncodedBlock> header_;
    bool has_header_ = false;
    bool failed_ = false;
    mutable std::mutex failure_mutex_;
    std::optional<Error> failure_;
    std::deque<Kept> kept_events_, kept_snapshots_;
    std::uint64_t next_kept_ = 0, kept_bytes_ = 0;  ///< bytes: of events
    unsigned dumps_ = 0;
    std::atomic<bool> dump_requested_{false};
    std::atomic<std::uint64_t> bytes_{0}, discarded_{0};
};

/// The tracer's end.
class RecordingWriter final : public Writer {
public:
    RecordingWriter(const std::string& path, const WriterOptions& options, std::unique_ptr<BlockFile> file)
        : options_(options),
          intake_(intake_size, encoder_options(options)),
          scribe_(path, options, std::move(file), intake_),
          thread_(signal_free_thread([this] { scribe_.run(); })) {}
    ~RecordingWriter() override { end(); }
    RecordingWriter(const RecordingWriter&) = delete;
    RecordingWriter& operator=(const RecordingWriter&) = delete;

    void session(const SessionInfo& session) override { intake_.put(session); }
    void target(OpenFileId id, const OpenFile& target) override { intake_.define_target(id, target); }
    void task(const TaskInfo& task) override { intake_.define_task(task); }
    void snapshot(const Snapshot& snapshot) override { intake_.put(snapshot); }
    void end_with(const Snapshot& snapshot) override {
        intake_.put(&snapshot);
        end();
    }
    /// Where there is no room it is left out: that is told by the stretch after it.
    void scheduling(const Scheduling& scheduling) override {
        Scheduling copy = scheduling;
        copy.lost += lost_scheduling_;
        lost_scheduling_ = intake_.put(std::move(copy)) ? 0 : lost_scheduling_ + scheduling.lost + scheduling.events.size();
    }

    void event(const Event& event) override {
        if (lost_ != 0 && !tell_of_lost(event.time)) {
            lose();
        } else if (intake_.add(event) ||
                   (options_.on_overrun == OnOverrun::wait && intake_.wait_for_room(options_.overrun_wait) && intake_.add(event))) {
            events_.fetch_add(1, std::memory_order_relaxed);
        } else {
            lost_since_ = event.time;
            lose();
        }
    }

    void end() override {
        if (!thread_.joinable()) return;
        // The last stretch that was lost is told of as soon as the disk lets it.
        while (lost_ != 0 && !tell_of_lost(lost_since_)) intake_.wait_for_room(std::chrono::seconds(1));
        intake_.close();
        thread_.join();
    }

    /// Events that came this far and met a failed disk are dropped, and no longer events.
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
        if (!intake_.has_room()) return false;
        Event event;
        event.kind = EventKind::lost;
        event.time = now;
        event.result = lost_;
        if (!intake_.add(event)) return false;
        lost_ = 0;
        return true;
    }

    const WriterOptions options_;
    EncoderQueue intake_;
    std::int64_t lost_ = 0;  ///< in the stretch that has not been told of
    MonotonicTime lost_since_;
    std::uint64_t lost_scheduling_ = 0;  ///< so many of the scheduler's events
    std::atomic<std::uint64_t> events_{0}, dropped_{0};
    Scribe scribe_;
    std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Writer>> Writer::create(const std::string& path, const WriterOptions& options) {
    auto file = BlockFile::create(path, options.force);
    if (!file) return std::unexpected(file.error());
    return std::make_unique<RecordingWriter>(path, options, std::move(*file));
}

}  // namespace shimtrace::recording
