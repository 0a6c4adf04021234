#include "decoders/golang/polls.hpp"

#include "decoders/golang/records.hpp"
#include "decoders/golang/stack_words.hpp"

#include <algorithm>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_searched_goroutines = 1 << 14;

bool is_poller(std::string_view function) {
    return function == "runtime.netpollblock" || function == "internal/poll.runtime_pollWait" ||
           function.starts_with("internal/poll.(*pollDesc).");
}

bool fill(GoWait& wait, const CapturedGoroutine& g, const PhysicalFrame& frame, const PollLayout& layout, const Memory& memory) {
    const std::vector<std::uint64_t> pointers = frame_pointers(g, frame);
    const Records records(memory, pointers, std::max(layout.reader, layout.writer) + std::size_t{8});
    for (std::size_t i = 0; i < records.count(); ++i) {
        if (records[i].empty()) continue;
        const bool reads = word(records[i], layout.reader) == g.address, writes = word(records[i], layout.writer) == g.address;
        const std::uint64_t fd = word(records[i], PollLayout::fd);
        if (reads == writes || fd > 1 << 30) continue;
        wait.kind = writes ? GoWaitKind::fd_write : GoWaitKind::fd_read;
        wait.fd = Fd{static_cast<std::int32_t>(fd)};
        return true;
    }
    return false;
}

}  // namespace

void find_polls(const RuntimeState& state, const RuntimeLocation& location, const GoBinary& binary, std::span<const UnwoundStack> stacks,
                std::span<Goroutine> goroutines, const Memory& memory) {
    std::size_t searched = 0;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        GoWait& wait = goroutines[i].wait;
        const bool lacks = (wait.kind == GoWaitKind::fd_read || wait.kind == GoWaitKind::fd_write) && wait.fd.value < 0;
        if (!lacks || state.goroutines[i].changed || ++searched > most_searched_goroutines) continue;
        for (const PhysicalFrame& frame : stacks[i].physical) {
            if (is_poller(binary.lines.name(frame.function)) && fill(wait, state.goroutines[i], frame, location.layout.poll, memory)) break;
        }
    }
}

}  // namespace shimtrace::golang
