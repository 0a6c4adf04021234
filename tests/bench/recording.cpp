// How fast a recording is encoded, decoded and replayed as text, and how much it takes: on a made-up busy session.
//   bench_recording [EVENTS]     ten million by default; checks that they are read back equal, one by one, in constant memory
#include "tests/unit/tracer/recording/synthetic.hpp"
#include "tracer/output/text/trace_printer.hpp"
#include "tracer/recording/reader.hpp"
#include "tracer/recording/writer.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

using namespace shimtrace;
using namespace shimtrace::recording;
using namespace shimtrace::recording::test;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

long peak_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

/// Makes the same events again and compares.
struct Compare final : EventSink {
    BusySession session;
    std::uint64_t seen = 0, different = 0;
    void event(const Event& event) override {
        ++seen;
        if (!same_event(event, session.next())) ++different;
    }
};

struct Count final : EventSink {
    std::uint64_t seen = 0;
    void event(const Event&) override { ++seen; }
};

struct Nowhere final : output::LineWriter {
    std::uint64_t bytes = 0;
    void write(Tid, std::string_view text) override { bytes += text.size(); }
    void flush() override {}
};

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
    const TemporaryDirectory directory;
    const std::string path = directory.file("bench");
    const auto per_second = [&](double seconds) { return static_cast<double>(count) / seconds / 1e6; };

    BusySession unwritten;
    auto start = std::chrono::steady_clock::now();
    for (std::uint64_t i = 0; i < count; ++i) unwritten.next();
    const double making = seconds_since(start);

    WriterOptions options;
    options.overrun_wait = std::chrono::hours(1);  // nothing may be dropped here
    auto writer = Writer::create(path, options);
    if (!writer) return 1;
    BusySession session;
    start = std::chrono::steady_clock::now();
    session.define(**writer);
    for (std::uint64_t i = 0; i < count; ++i) (*writer)->event(session.next());
    (*writer)->end();
    const double encoding = seconds_since(start);
    const auto size = std::filesystem::file_size(path);
    fmt::print("encode: {:.2f} M events/s with making them ({:.2f} M/s alone), {:.2f} bytes an event, {} dropped, peak {} MiB\n",
               per_second(encoding), per_second(making), static_cast<double>(size) / static_cast<double>(count),
               (*writer)->counts().dropped, peak_mib());

    Count counted;
    start = std::chrono::steady_clock::now();
    if (!read_recording(path, {}, counted)) return 1;
    fmt::print("decode: {:.2f} M events/s, {} events, peak {} MiB\n", per_second(seconds_since(start)), counted.seen, peak_mib());

    Nowhere nowhere;
    output::TracePrinter printer({}, nowhere);
    start = std::chrono::steady_clock::now();
    if (!read_recording(path, {}, printer)) return 1;
    fmt::print("replay as text: {:.2f} M events/s, {:.1f} MiB of text, peak {} MiB\n", per_second(seconds_since(start)),
               static_cast<double>(nowhere.bytes) / (1 << 20), peak_mib());

    Compare compare;
    if (!read_recording(path, {}, compare)) return 1;
    fmt::print("{} events compared, {} different, peak {} MiB\n", compare.seen, compare.different, peak_mib());
    return compare.seen == count && compare.different == 0 ? 0 : 1;
}
