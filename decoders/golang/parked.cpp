#include "decoders/golang/parked.hpp"

#include "decoders/golang/records.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::golang {

Result<ParkedGoroutines> parked_goroutines(const RuntimeLocation& location, const Memory& memory, std::size_t most) {
    constexpr std::size_t together = 1 << 10;  // records: so that the memory for them has a bound
    std::array<std::uint64_t, 2> header{};     // pointer, length
    if (memory.read(RemoteAddress{location.all_goroutines}, std::as_writable_bytes(std::span(header))) != sizeof header)
        return fail("read the list of goroutines");
    if (header[1] == 0) return fail("read the list of goroutines", 0, "it is empty: this is not where it lies");
    if (header[1] > most) return fail("read the list of goroutines", 0, "there are too many");
    std::vector<std::uint64_t> addresses(header[1]);
    if (memory.read(RemoteAddress{header[0]}, std::as_writable_bytes(std::span(addresses))) != addresses.size() * sizeof(std::uint64_t))
        return fail("read the list of goroutines", 0, "not all of it could be read");
    const GoroutineLayout& layout = location.layout.g;
    ParkedGoroutines found;
    for (std::span<const std::uint64_t> rest = addresses; !rest.empty(); rest = rest.subspan(std::min(together, rest.size()))) {
        const auto some = rest.first(std::min(together, rest.size()));
        const Records records(memory, some, layout.size);
        for (std::size_t i = 0; i < some.size(); ++i) {
            const Bytes record = records[i];
            if (record.empty()) continue;
            const std::uint32_t status = load<std::uint32_t>(record, layout.status).value_or(0) & ~0x1000U;
            const bool in_call = status == g_syscall;
            found.some_run |= status == g_running || status == g_runnable || status == g_copystack || status == g_preempted;
            if (!in_call && !is_waiting(status)) continue;
            found.all.push_back({.id = word(record, layout.id),
                                 .sp = word(record, in_call ? layout.syscall_sp : GoroutineLayout::sp),
                                 .pc = word(record, in_call ? layout.syscall_pc : GoroutineLayout::pc),
                                 .status = static_cast<std::uint8_t>(status),
                                 .wait_reason = load<std::uint8_t>(record, layout.wait_reason).value_or(0)});
        }
    }
    std::ranges::sort(found.all);
    return found;
}

}  // namespace shimtrace::golang
