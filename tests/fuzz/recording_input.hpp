// What a recording's fuzzers make of their input. The first byte chooses what the rest is: checksums would keep a fuzzer out of the inner
// layers.
#pragma once

#include "tracer/recording/block.hpp"
#include "tracer/recording/event_codec.hpp"
#include "tracer/recording/event_replayer.hpp"
#include "tracer/recording/reader.hpp"
#include "tracer/recording/schema.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace shimtrace::recording {

struct Ignore final : EventSink {
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
        options.container = [](const ContainerRef& container) { return container.id == "one"; };
        Ignore ignore;
        (void)read_recording(path, options, ignore);
        (void)read_snapshots(path);
    }
    ::close(fd);
}

/// Blocks whose checksums are right, whatever is in them. A block of the input: type, flags, length of its summary, two bytes of its
/// payload's length, then both. What remains at the end is how much the file is cut by.
template <typename Sink>
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
    read_file<Sink>(file);
}

template <typename Sink>
void decode_payload(std::span<const std::byte> bytes) {
    Sink sink;
    EventReplayer delivery(sink, {}, {}, {});
    (void)decode_events(bytes, delivery);
    delivery.finish();
}

/// Reads it into a Sink.
template <typename Sink>
void feed(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return;
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    switch (data[0] % 6) {
        case 0:
            return read_file<Sink>(bytes);
        case 1:
            return decode_payload<Sink>(bytes);
        case 2:
            return (void)read_message<Snapshot>(bytes);
        case 3:
            return (void)read_message<OpenFile>(bytes);
        case 4:
            return (void)decode_summary(bytes);
        default:
            return read_blocks<Sink>(bytes);
    }
}

}  // namespace shimtrace::recording
