// Arbitrary numbers, arguments and captured bytes through capture and rendering: whatever a tracee or a recording holds, a line
// comes out, bounded, and nothing else happens.
#include "decoders/syscalls/render.hpp"
#include "decoders/syscalls/capture.hpp"

#include <cstdlib>
#include <cstring>

using namespace shimtrace;

namespace {

/// A process whose whole memory is the fuzzer's bytes, repeated.
class FuzzMemory : public Memory {
public:
    explicit FuzzMemory(std::span<const std::byte> bytes) : bytes_(bytes) {}

    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        for (ReadRequest& request : requests) {
            request.got = 0;
            if (bytes_.empty()) continue;
            const std::size_t start = request.address.value % bytes_.size();
            request.got = std::min(request.into.size(), bytes_.size() - start);
            std::memcpy(request.into.data(), bytes_.data() + start, request.got);
        }
    }

private:
    std::span<const std::byte> bytes_;
};

struct Input {
    std::uint16_t number;
    std::uint8_t arch, style;
    std::int64_t result;
    std::uint64_t args[6];
};

decoders::RenderStyle style_of(std::uint8_t bits) {
    decoders::RenderStyle style;
    style.hex = static_cast<decoders::HexStrings>(bits % 3);
    style.constants = static_cast<decoders::Constants>(bits / 3 % 3);
    style.fds = static_cast<decoders::FdDecoding>(bits / 9 % 3);
    style.abbreviate = (bits & 0x80) == 0;
    style.roles = (bits & 0x40) != 0;
    return style;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input;
    if (size < sizeof input) return 0;
    std::memcpy(&input, data, sizeof input);
    const FuzzMemory memory(std::as_bytes(std::span(data, size)).subspan(sizeof input));

    Event enter, exit;
    enter.kind = EventKind::syscall_enter;
    enter.arch = static_cast<Arch>(input.arch % 5);
    enter.number = input.number % 600;
    std::copy(std::begin(input.args), std::end(input.args), enter.args.begin());
    exit.kind = EventKind::syscall_exit;
    exit.number = enter.number;
    exit.result = input.result;
    exit.is_error = input.result < 0 && input.result > -4096;

    const decoders::CaptureLimits limits{.environment = (input.style & 0x80) != 0};
    decoders::capture_entry(enter, memory, limits);
    decoders::capture_exit(enter, exit, memory, limits);
    std::vector<Fd> fds;
    decoders::descriptors(enter, &exit, fds);
    const decoders::RenderStyle style = style_of(input.style);
    const auto rendered = decoders::render_call(enter, exit, style, {});
    constexpr std::size_t most = 4 << 20;
    if (rendered.on_entry.size() + rendered.on_exit.size() + rendered.result.size() > most) std::abort();
    for (const std::string* text : {&rendered.on_entry, &rendered.on_exit, &rendered.result})
        for (const char c : *text)
            if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) >= 0x7f) std::abort();

    Event signal;
    signal.memory.add(RemoteAddress{0}, std::as_bytes(std::span(data, size)));
    decoders::render_siginfo(signal, style, {});
    return 0;
}
