#include "tracer/recording/reader.hpp"

#include "tracer/recording/block_source.hpp"
#include "tracer/recording/event_replayer.hpp"
#include "tracer/recording/index.hpp"
#include "tracer/recording/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <unordered_set>
#include <utility>

namespace shimtrace::recording {

namespace {

constexpr auto follow_pause = std::chrono::milliseconds(50);
constexpr std::size_t most_warnings = 20;

bool is_known(const BlockHeader& header) {
    return header.type >= static_cast<std::uint8_t>(BlockType::header) && header.type <= static_cast<std::uint8_t>(BlockType::scheduling);
}

class RecordingReader {
public:
    RecordingReader(const std::string& path, const ReadOptions& options, EventSink& sink, BlockSource source)
        : name_(path == "-" ? "standard input" : path),
          options_(options),
          sink_(sink),
          source_(std::move(source)),
          window_{options.since, options.until},
          delivery_(sink, options.since, options.until, options.pids),
          pids_(options.pids.begin(), options.pids.end()) {}

    Result<ReadReport> run() {
        if (options_.follow)
            source_.wait_for_more = [this] {
                sink_.idle();
                if (closed_ || stopped()) return false;
                std::this_thread::sleep_for(follow_pause);
                return true;
            };
        if ((options_.since || options_.window) && source_.seekable() && !options_.follow) skip_to_since();
        std::vector<Damage> damage;
        while (!stopped()) {
            const auto block = source_.next(damage);
            for (const Damage& stretch : damage) tell(stretch);
            damage.clear();
            if (!block) break;
            if (block->header.version > format_version)
                return fail(fmt::format("read {}: its format is version {}, this shimtrace reads up to {}", name_, block->header.version,
                                        format_version),
                            0, "use a newer shimtrace");
            seen_any_ = true;
            note_gap(block->header);
            if (!take(*block)) break;
            if (options_.tell_work && source_.seekable())
                options_.tell_work({.what = "reading", .done = block->offset, .of = source_.size(), .unit = WorkUnit::bytes});
        }
        if (!seen_any_) return no_recording();
        return finish();
    }

private:
    [[nodiscard]] bool stopped() const { return options_.stopped && options_.stopped(); }

    std::unexpected<Error> no_recording() const {
        if (source_.seekable() && source_.size() == 0) return fail(fmt::format("read {}: it is empty", name_));
        return fail(fmt::format("read {}: it is not a recording", name_), 0, "`shimtrace record -o FILE` makes one");
    }

    /// The header is read, then all is skipped up to the last block from which the state at `since` is known.
    void skip_to_since() {
        std::vector<Damage> damage;
        while (const auto block = source_.next(damage)) {
            if (!block->header.is(BlockType::header)) break;
            seen_any_ = true;
            session(*block);
        }
        source_.seek(window_.since ? start_for(load_index(source_), *window_.since) : 0);
        next_sequence_.reset();
    }

    void session(const BlockView& block) {
        if (has_session_) return;
        const auto payload = open(block);
        if (!payload) return;
        if (const auto header = read_message<RecordingHeader>(*payload)) {
            begin_session(header->session);
        } else {
            damaged(block, "its header is inconsistent");
        }
    }

    std::optional<std::span<const std::byte>> open(const BlockView& block) {
        const auto stored = source_.payload(block);
        if (!stored) {
            report_.truncated = true;
            const auto there = source_.seekable() ? source_.size() - std::min(source_.size(), block.offset) : 0;
            warn(fmt::format("{} is cut: of its last block{} {} of {} bytes are there", name_, events_in(block), there,
                             block.header.size()));
            told_of_cut_ = true;
            return std::nullopt;
        }
        const auto payload = opener_.open(block.header, *stored);
        if (!payload) {
            damaged(block, payload.error().what);
            return std::nullopt;
        }
        return *payload;
    }

    static std::string events_in(const BlockView& block) {
        const auto summary = decode_summary(block.summary);
        return summary && summary->events != 0 ? fmt::format(" (with {} events)", summary->events) : std::string{};
    }

    /// False: nothing more is wanted.
    bool take(const BlockView& block) {
        if (block.header.is(BlockType::header)) {
            session(block);
        } else if (block.header.is(BlockType::events)) {
            return events(block);
        } else if (block.header.is(BlockType::snapshot)) {
            snapshot(block);
        } else if (block.header.is(BlockType::scheduling)) {
            scheduling(block);
        } else if (block.header.is(BlockType::end)) {
            closed_ = true;
        } else if (!is_known(block.header)) {
            warn(fmt::format("{}: a block of the unknown type {} was passed over", name_, block.header.type));
        }
        return true;
    }

    [[nodiscard]] bool is_wanted(const BlockSummary& summary) const {
        if (std::ranges::find(summary.pids, Pid{}) != summary.pids.end()) return true;  // events were lost there
        const bool of_pid = pids_.empty() || std::ranges::any_of(summary.pids, [&](Pid pid) { return pids_.contains(pid); });
        return of_pid && (!options_.container || !summary.containers || std::ranges::any_of(*summary.containers, options_.container));
    }

    bool events(const BlockView& block) {
        if (const auto summary = decode_summary(block.summary)) {
            if (summary->events != 0) last_ = std::max(last_.value_or(summary->last), summary->last);
            if (window_.until && summary->events != 0 && summary->first > *window_.until) {
                complete_ = true;
                return false;
            }
            if ((block.header.flags & flag_defines_task) == 0 && !is_wanted(*summary)) return true;
        }
        const auto payload = open(block);
        if (!payload) return true;
        need_session();
        if (const auto decoded = decode_events(*payload, delivery_); !decoded) damaged(block, decoded.error().what);
        return true;
    }

    void snapshot(const BlockView& block) {
        const auto summary = decode_summary(block.summary);
        if (summary && ((window_.since && summary->first < *window_.since) || (window_.until && summary->first > *window_.until))) return;
        const auto payload = open(block);
        if (!payload) return;
        need_session();
        if (const auto value = read_message<Snapshot>(*payload)) {
            sink_.snapshot(*value);
        } else {
            damaged(block, "its snapshot is inconsistent");
        }
    }

    void scheduling(const BlockView& block) {
        const auto summary = decode_summary(block.summary);
        if (summary && ((window_.since && summary->last < *window_.since) || (window_.until && summary->first > *window_.until))) return;
        const auto payload = open(block);
        if (!payload) return;
        need_session();
        if (const auto value = read_message<Scheduling>(*payload)) {
            sink_.scheduling(*value);
        } else {
            damaged(block, "what it tells of the scheduler is inconsistent");
        }
    }

    void need_session() {
        if (has_session_) return;
        warn(fmt::format("{}: its header is lost: host, start and wall-clock times are unknown", name_));
        begin_session({});
    }

    void begin_session(const SessionInfo& session) {
        has_session_ = true;
        start_ = session.monotonic_anchor;
        if (options_.window) {
            window_ = options_.window(session);
            delivery_.limit(window_.since, window_.until);
        }
        sink_.session(session);
    }

    void damaged(const BlockView& block, const std::string& why) {
        ++report_.damaged_blocks;
        warn(fmt::format("{}: block {} at byte {}{} is damaged and left out: {}", name_, block.header.sequence, block.offset,
                         events_in(block), why));
    }

    void tell(const Damage& stretch) {
        if (stretch.at_end) {
            report_.truncated = true;
            if (std::exchange(told_of_cut_, true)) return;
            warn(fmt::format("{} is cut: its last {} bytes, from byte {} on, are no whole block", name_, stretch.length, stretch.offset));
        } else {
            warn(fmt::format("{}: {} bytes at byte {} are damaged", name_, stretch.length, stretch.offset));
        }
    }

    void note_gap(const BlockHeader& header) {
        if (next_sequence_ && header.sequence > *next_sequence_) {
            const std::uint32_t lost = header.sequence - *next_sequence_;
            report_.damaged_blocks += lost;
            warn(fmt::format("{}: {} block{} lost before block {}", name_, lost, lost == 1 ? " is" : "s are", header.sequence));
        }
        next_sequence_ = header.sequence + 1;
    }

    void warn(std::string text) {
        if (++warnings_ <= most_warnings) report_.warnings.push_back(std::move(text));
    }

    ReadReport finish() {
        delivery_.finish();
        if (window_.since && last_ && *window_.since > *last_ && !stopped())
            warn(fmt::format("{} ends {:.3f} s after its start, before the time that is asked for", name_,
                             std::chrono::duration<double>(*last_ - start_).count()));
        if (!closed_ && !complete_ && !stopped()) {
            report_.truncated = true;
            if (!told_of_cut_)
                warn(fmt::format("{} has no end: its recorder was killed, could not write more, or is still writing", name_));
        }
        if (warnings_ > most_warnings) report_.warnings.push_back(fmt::format("{} more warnings like these", warnings_ - most_warnings));
        report_.events = delivery_.events();
        sink_.end();
        return std::move(report_);
    }

    const std::string name_;
    const ReadOptions& options_;
    EventSink& sink_;
    BlockSource source_;
    TimeWindow window_;
    BlockOpener opener_;
    EventReplayer delivery_;
    const std::unordered_set<Pid> pids_;
    ReadReport report_;
    std::size_t warnings_ = 0;
    MonotonicTime start_;
    std::optional<MonotonicTime> last_;  ///< the last event of the blocks that were met
    std::optional<std::uint32_t> next_sequence_ = 0;
    bool seen_any_ = false, has_session_ = false, closed_ = false, complete_ = false, told_of_cut_ = false;
};

}  // namespace

Result<ReadReport> read_recording(const std::string& path, const ReadOptions& options, EventSink& sink) {
    auto source = BlockSource::open(path);
    if (!source) return std::unexpected(source.error());
    return RecordingReader(path, options, sink, std::move(*source)).run();
}

Result<std::vector<Snapshot>> read_snapshots(const std::string& path) {
    auto source = BlockSource::open(path);
    if (!source) return std::unexpected(source.error());
    std::vector<Snapshot> snapshots;
    std::vector<Damage> damage;
    BlockOpener opener;
    bool seen_any = false;
    while (const auto block = source->next(damage)) {
        damage.clear();
        seen_any = true;
        if (!block->header.is(BlockType::snapshot) || block->header.version > format_version) continue;
        const auto stored = source->payload(*block);
        if (!stored) break;
        const auto payload = opener.open(block->header, *stored);
        if (!payload) continue;
        if (auto snapshot = read_message<Snapshot>(*payload)) snapshots.push_back(std::move(*snapshot));
    }
    if (!seen_any) return fail("read " + path + ": it is not a recording", 0, "`shimtrace record -o FILE` and `why --save FILE` make one");
    return snapshots;
}

bool looks_like_recording(const std::string& path) {
    auto source = BlockSource::open(path);
    if (!source || !source->seekable()) return false;
    std::vector<Damage> damage;
    return source->next(damage).has_value();
}

}  // namespace shimtrace::recording
