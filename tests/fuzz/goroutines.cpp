// A Go process with a hostile memory: looping links, wild pointers, stacks of garbage. The executable is a sound one ($FUZZ_GO, else runc);
// its memory is an arena whose words the input chooses among numbers, pointers into the arena and code addresses.
#include "decoders/golang/program.hpp"
#include "tests/fuzz/sound_executable.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::golang;

namespace {

constexpr std::uint64_t arena_base = 0xc000000000, record = 512, goroutines = 24, arena_bytes = 1 << 16;

class HostileMemory final : public Memory {
public:
    HostileMemory(const GoBinary& binary, std::span<const std::uint8_t> input) : binary_(binary), arena_(arena_bytes) {
        for (std::size_t word = 0, at = 0; word < arena_bytes / 8 && !input.empty(); ++word) put(word * 8, choose(input, at));
        for (std::uint64_t i = 0; i < goroutines; ++i) {
            const std::uint64_t g = i * record;
            const GoroutineLayout& layout = layout_of(binary.minor).g;
            put(arena_bytes / 2 + i * 8, arena_base + g);
            put(g + GoroutineLayout::stack_low, arena_base + arena_bytes / 4);
            put(g + GoroutineLayout::stack_high, arena_base + arena_bytes);
            put(g + GoroutineLayout::sp, arena_base + arena_bytes / 4 + (input.empty() ? 0 : input[i % input.size()]) * 8);
            put(g + GoroutineLayout::self, arena_base + g);
            put(g + layout.status, input.size() > i && input[i] % 3 == 0 ? input[i] % 12 : 4);
            put(g + layout.id, i + 1);
            put(g + layout.start_pc, binary.text.begin + binary.lines.function(static_cast<std::uint32_t>(i))->entry);
        }
    }
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        for (ReadRequest& request : requests) request.got = read_one(request.address.value, request.into);
    }

private:
    void put(std::uint64_t offset, std::uint64_t value) {
        if (offset + 8 <= arena_.size()) std::memcpy(arena_.data() + offset, &value, 8);
    }
    std::uint64_t choose(std::span<const std::uint8_t> input, std::size_t& at) const {
        const auto next = [&] { return input[at++ % input.size()]; };
        const std::uint64_t kind = next(), a = next(), b = next();
        switch (kind % 4) {
            case 0:
                return a;
            case 1:
                return arena_base + (a << 8 | b) % arena_bytes / 8 * 8;
            case 2:
                return binary_.text.begin + (a << 16 | b << 8 | kind) % (binary_.text.end - binary_.text.begin);
            default:
                return (a << 56) | (b << 40) | kind;
        }
    }
    std::size_t read_one(std::uint64_t address, std::span<std::byte> into) const {
        const std::uint64_t header[] = {arena_base + arena_bytes / 2, goroutines, goroutines};
        if (address == binary_.module) return copy(std::as_bytes(std::span(&binary_.line_table, 1)), into);
        if (!binary_.all_goroutines.empty() && address >= binary_.all_goroutines[0] &&
            address < binary_.all_goroutines[0] + sizeof(header)) {
            return copy(std::as_bytes(std::span(header)).subspan(address - binary_.all_goroutines[0]), into);
        }
        if (address < arena_base || address >= arena_base + arena_bytes) return 0;
        return copy(std::span(arena_).subspan(address - arena_base), into);
    }
    static std::size_t copy(std::span<const std::byte> from, std::span<std::byte> into) {
        const std::size_t length = std::min(from.size(), into.size());
        std::memcpy(into.data(), from.data(), length);
        return length;
    }

    const GoBinary& binary_;
    std::vector<std::byte> arena_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<std::byte> sound = sound_executable();
    static const auto learned = learn_binary(sound);
    if (!learned || !*learned) std::abort();
    const GoBinary& binary = **learned;
    const std::span<const std::uint8_t> input(data, size);
    const HostileMemory memory(binary, input);
    ProcessFacts facts{.pid = Pid{1}};
    for (int i = 0; i < 4; ++i)
        facts.threads.push_back({.tid = Tid{i}, .inner_tid = i, .syscall = i * 61, .sp = arena_base + 0x4000, .pc = binary.text.begin});
    for (std::size_t i = 0; i + 8 < size && i < 256; i += 8) facts.polled.push_back({Fd{data[i]}, arena_base + data[i + 1] * 8u, "x"});
    RuntimeLocation location;
    if (const auto located = locate_runtime(binary, memory, 0)) {
        location = *located;
    } else {
        location = {.all_goroutines = binary.all_goroutines.at(0), .layout = layout_of(binary.minor)};
    }
    location.semaphore_table = arena_base + 0x2000;
    const RuntimeState state = capture_runtime(binary, location, memory, facts.threads, facts.polled, {});
    (void)decode_program(binary, location, state, facts, memory);
    return 0;
}
