// The reader on hostile bytes, and behind it what replay, stat and export make of what it believes. The first byte chooses what the rest
// is: checksums would keep a fuzzer out of the inner layers.
#include "output/exporters.hpp"
#include "output/statistics.hpp"
#include "output/trace_printer.hpp"
#include "recording/block.hpp"
#include "recording/delivery.hpp"
#include "recording/event_codec.hpp"
#include "recording/reader.hpp"
#include "recording/schema.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::recording;

namespace {

struct Nowhere final : output::LineWriter {
    void write(Tid, std::string_view) override {}
    void flush() override {}
};

/// All that a recording's events are made into.
class Consumers final : public StreamSink {
public:
    Consumers() {
        output::PrintOptions options;
        options.style.fds = decoders::FdDecoding::all;
        options.style.roles = true;
        sinks_.push_back(std::make_unique<output::TracePrinter>(options, nowhere_));
        sinks_.push_back(std::make_unique<output::Statistics>());
        sinks_.push_back(output::make_jsonl_exporter(nowhere_));
        sinks_.push_back(output::make_perfetto_exporter(nowhere_));
        sinks_.push_back(output::make_html_exporter(nowhere_));
    }
    void session(const SessionInfo& info) override {
        each([&](StreamSink& sink) { sink.session(info); });
    }
    void target(TargetId id, const FdTarget& target) override {
        each([&](StreamSink& sink) { sink.target(id, target); });
    }
    void task(const TaskInfo& task) override {
        each([&](StreamSink& sink) { sink.task(task); });
    }
    void event(const Event& event) override {
        each([&](StreamSink& sink) { sink.event(event); });
    }
    void snapshot(const Snapshot& snapshot) override {
        each([&](StreamSink& sink) { sink.snapshot(snapshot); });
    }
    void end() override {
        each([](StreamSink& sink) { sink.end(); });
    }

private:
    template <typename Action>
    void each(Action action) {
        for (const auto& sink : sinks_) action(*sink);
    }
    Nowhere nowhere_;
    std::vector<std::unique_ptr<StreamSink>> sinks_;
};

struct Ignore final : StreamSink {
    void event(const Event&) override {}
};

template <typename Sink>
void read_file(std::span<const std::byte> bytes) {
    const int fd = ::memfd_create("recording", MFD_CLOEXEC);
    if (fd < 0) return;
    if (::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        Sink sink;
        (void)read_recording(path, {}, sink);
        ReadOptions options;
        options.since = MonotonicTime(Nanoseconds(1'000'000));
        options.pids = {Pid{1}};
        Ignore ignore;
        (void)read_recording(path, options, ignore);
        (void)read_snapshots(path);
    }
    ::close(fd);
}

/// Blocks whose checksums are right, whatever is in them. A block of the input: type, flags, length of its summary, two bytes of its
/// payload's length, then both. What remains at the end is how much the file is cut by.
void read_blocks(std::span<const std::byte> bytes) {
    const auto byte = [&](std::size_t at) { return std::to_integer<std::size_t>(bytes[at]); };
    BlockMaker maker;
    Bytes file;
    std::uint32_t sequence = 0;
    while (bytes.size() >= 5) {
        const auto type = static_cast<BlockType>(byte(0) % 7);
        const auto flags = static_cast<std::uint8_t>(byte(1));
        const std::size_t summary_length = std::min(byte(2), bytes.size() - 5);
        const std::size_t length = std::min(byte(3) | byte(4) << 8, bytes.size() - 5 - summary_length);
        Bytes block = maker.make(type, flags, bytes.subspan(5, summary_length), bytes.subspan(5 + summary_length, length));
        number_block(block, sequence++);
        file.insert(file.end(), block.begin(), block.end());
        bytes = bytes.subspan(5 + summary_length + length);
    }
    std::size_t cut = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) cut = cut << 8 | byte(at);
    file.resize(file.size() - std::min(file.size(), cut));
    read_file<Consumers>(file);
}

void decode_payload(std::span<const std::byte> bytes) {
    Consumers sink;
    Delivery delivery(sink, {}, {}, {});
    (void)decode_events(bytes, delivery);
    delivery.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    switch (data[0] % 6) {
        case 0:
            read_file<Consumers>(bytes);
            break;
        case 1:
            decode_payload(bytes);
            break;
        case 2:
            (void)read_message<Snapshot>(bytes);
            break;
        case 3:
            (void)read_message<FdTarget>(bytes);
            break;
        case 4:
            (void)decode_summary(bytes);
            break;
        default:
            read_blocks(bytes);
            break;
    }
    return 0;
}
