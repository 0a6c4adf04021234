// What types say of the memory they need. Requests are collected and read in one go, level by level.
#pragma once

#include "decoders/syscalls/call.hpp"
#include "decoders/syscalls/capture.hpp"

#include <vector>

namespace shimtrace::decoders {

class Capture {
public:
    Capture(const Event& enter, Event* exit, CapturedMemory& into, const CaptureLimits& limits)
        : call_(enter, exit), into_(into), limits_(limits) {}

    [[nodiscard]] const Call& call() const { return call_; }
    [[nodiscard]] const CaptureLimits& limits() const { return limits_; }
    [[nodiscard]] bool at_exit() const { return call_.returned(); }
    /// Memory captured at this stop so far.
    [[nodiscard]] const CapturedMemory& captured() const { return into_; }

    /// `length` bytes at `address`, no more than most_bytes.
    void bytes(std::uint64_t address, std::uint64_t length);
    /// Contents of a buffer: as many of `length` as the payload limit allows, and one more: what is cut must be readable. None when
    /// redacted.
    void payload(std::uint64_t address, std::uint64_t length);
    /// Up to and with the terminating NUL, at most `most` bytes.
    void text(std::uint64_t address, std::uint64_t most);
    /// A path.
    void path(std::uint64_t address) { text(address, most_path); }
    /// A string argument, cut as the payload limit says.
    void string(std::uint64_t address) { text(address, std::uint64_t{limits_.payload_bytes} + 1); }

    /// Pointers up to and with the terminating NULL, at most `most` of them.
    void pointers(std::uint64_t address, std::uint64_t most);

    /// Reads what was asked for. False: nothing was.
    bool read(const Memory& memory);

    static constexpr std::uint64_t most_bytes = 1 << 16;  ///< of one request, whatever a tracee's length argument says
    static constexpr std::uint64_t most_path = 4096;

private:
    struct Request {
        std::uint64_t address;
        std::uint32_t length;
        std::uint32_t limit;  ///< of a terminated list; 0: so many bytes as `length` says
        std::uint32_t unit;   ///< bytes of an element of the list: 1 for text, 4 or 8 for pointers
    };

    Call call_;
    CapturedMemory& into_;
    const CaptureLimits& limits_;
    std::array<Request, 64> few_;
    std::size_t count_ = 0;
};

}  // namespace shimtrace::decoders
