// The reader on hostile bytes. The first byte chooses what the rest is: checksums would keep a fuzzer out of the inner layers.
#include "recording/delivery.hpp"
#include "recording/event_codec.hpp"
#include "recording/reader.hpp"
#include "recording/schema.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

using namespace shimtrace;
using namespace shimtrace::recording;

namespace {

struct Ignore final : StreamSink {
    void event(const Event&) override {}
};

void read_file(std::span<const std::byte> bytes) {
    const int fd = ::memfd_create("recording", MFD_CLOEXEC);
    if (fd < 0) return;
    if (::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        Ignore sink;
        (void)read_recording(path, {}, sink);
        ReadOptions options;
        options.since = MonotonicTime(Nanoseconds(1'000'000));
        options.pids = {Pid{1}};
        (void)read_recording(path, options, sink);
        (void)read_snapshots(path);
    }
    ::close(fd);
}

void decode_payload(std::span<const std::byte> bytes) {
    Ignore sink;
    Delivery delivery(sink, {}, {}, {});
    (void)decode_events(bytes, delivery);
    delivery.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    switch (data[0] % 5) {
        case 0:
            read_file(bytes);
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
        default:
            (void)decode_summary(bytes);
            break;
    }
    return 0;
}
