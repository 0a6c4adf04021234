// A call as a test makes it: numbers, and memory with some bytes in it. Captured and rendered as the program does it.
#pragma once

#include "decoders/syscalls/capture.hpp"
#include "decoders/syscalls/render.hpp"
#include "decoders/syscalls/table.hpp"

#include <cstring>
#include <map>
#include <string>
#include <string_view>

namespace shimtrace::test {

/// Memory of a process that has these ranges and no other.
class FakeMemory : public Memory {
public:
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        for (ReadRequest& request : requests) {
            request.got = 0;
            for (const auto& [start, bytes] : ranges_) {
                if (request.address.value < start || request.address.value >= start + bytes.size()) continue;
                const std::size_t offset = request.address.value - start;
                request.got = std::min(request.into.size(), bytes.size() - offset);
                std::memcpy(request.into.data(), bytes.data() + offset, request.got);
            }
        }
    }

    /// Where the bytes were put.
    std::uint64_t put(std::string_view bytes) {
        const std::uint64_t address = next_;
        ranges_[address] = std::string(bytes);
        next_ += (bytes.size() + 0x1fff) & ~std::uint64_t{0xfff};
        return address;
    }
    template <typename T>
    std::uint64_t put_value(const T& value) {
        return put({reinterpret_cast<const char*>(&value), sizeof value});
    }
    void change(std::uint64_t address, std::string_view bytes) { ranges_[address] = std::string(bytes); }

private:
    std::map<std::uint64_t, std::string> ranges_;
    std::uint64_t next_ = 0x10000;
};

struct Traced {
    FakeMemory memory;
    Event enter, exit;
    decoders::RenderStyle style;
    decoders::RenderScope scope;
    decoders::CaptureLimits limits;

    void call(std::string_view name, std::initializer_list<std::uint64_t> arguments) {
        enter.kind = EventKind::syscall_enter;
        enter.number = decoders::syscall_number(enter.arch, name).value();
        std::copy(arguments.begin(), arguments.end(), enter.args.begin());
        decoders::capture_entry(enter, memory, limits);
    }
    /// "read(3, \"abc\", 32) = 3"
    std::string returns(std::int64_t result) {
        exit.kind = EventKind::syscall_exit;
        exit.number = enter.number;
        exit.result = result;
        exit.is_error = result < 0 && result >= -4095;
        decoders::capture_exit(enter, exit, memory, limits);
        const decoders::RenderedCall rendered = decoders::render_call(enter, exit, style, scope);
        const std::string entry = decoders::render_entry(enter, style, scope).on_entry;
        if (entry != rendered.on_entry) return "entry differs: " + entry + " / " + rendered.on_entry;
        return rendered.on_entry + rendered.on_exit + " = " + rendered.result;
    }
};

constexpr std::uint64_t minus_one = ~std::uint64_t{0};

}  // namespace shimtrace::test
