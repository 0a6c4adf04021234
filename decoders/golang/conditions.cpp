#include "decoders/golang/conditions.hpp"

#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::golang {
namespace {

// sync.Cond: L, an interface, then notifyList (sync/cond.go, runtime/sema.go): wait and notify, two uint32; a lock; the head of the list of
// sudogs, linked by next; its tail. The same in Go 1.18 to 1.27.
constexpr std::uint64_t condition_list = 16, list_head = 16, list_bytes = 32;
constexpr std::size_t most_waiters = 1 << 16, most_searched = 4096, most_others = 64;

using Addresses = std::unordered_set<std::uint64_t>;

/// Whose sudogs hang on a notifyList, of those that are known: addresses of g's. Empty: it is none, as any other list is, at the first link
/// that is nobody's. After that a g may be unknown: younger than the look, or one too many.
std::vector<std::uint64_t> waiters_of(std::uint64_t list, const Addresses& everybody, const Memory& memory) {
    std::array<std::byte, list_bytes> bytes;
    if (memory.read(RemoteAddress{list}, bytes) != bytes.size()) return {};
    const std::uint64_t tail = word(bytes, list_head + 8);
    std::vector<std::uint64_t> waiters;
    std::size_t unknown = 0;
    for (std::uint64_t sudog = word(bytes, list_head); sudog != 0 && waiters.size() < most_waiters;) {
        std::array<std::uint64_t, 2> links{};  // g, next
        if (sudog % 8 != 0 || memory.read(RemoteAddress{sudog}, std::as_writable_bytes(std::span(links))) != sizeof(links)) return {};
        if (everybody.contains(links[0]))
            waiters.push_back(links[0]);
        else if (waiters.empty() || ++unknown > most_waiters)
            return {};
        if (sudog == tail) return waiters;
        sudog = links[1];
    }
    return {};
}

class ConditionSearch {
public:
    ConditionSearch(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks, const Memory& memory)
        : state_(state), binary_(binary), stacks_(stacks), memory_(memory) {
        everybody_.reserve(state.goroutines.size());
        for (const CapturedGoroutine& g : state.goroutines) everybody_.insert(g.address);
    }

    /// Address of the sync.Cond; 0: not found.
    std::uint64_t condition_of(std::size_t goroutine) {
        const std::uint64_t address = state_.goroutines[goroutine].address;
        if (const auto known = conditions_.find(address); known != conditions_.end()) return known->second;
        if (++searched_ > most_searched) return 0;
        for (const PhysicalFrame& frame : stacks_[goroutine].physical) {
            const std::string_view name = binary_.lines.name(frame.function);
            if (name != "sync.runtime_notifyListWait" && name != "sync.(*Cond).Wait") continue;
            for (const std::uint64_t pointer : frame_pointers(state_.goroutines[goroutine], frame)) {
                for (const std::uint64_t list : {pointer, pointer + condition_list}) {
                    if (holds(list, address)) return list - condition_list;
                }
            }
        }
        return 0;
    }

private:
    bool holds(std::uint64_t list, std::uint64_t goroutine) {
        const std::vector<std::uint64_t> waiters = waiters_of(list, everybody_, memory_);
        if (std::ranges::find(waiters, goroutine) == waiters.end()) return false;
        for (const std::uint64_t waiter : waiters) conditions_.emplace(waiter, list - condition_list);
        return true;
    }

    const RuntimeState& state_;
    const GoBinary& binary_;
    std::span<const UnwoundStack> stacks_;
    const Memory& memory_;
    Addresses everybody_;
    std::unordered_map<std::uint64_t, std::uint64_t> conditions_;  ///< g's address → address of the sync.Cond
    std::size_t searched_ = 0;
};

}  // namespace

void find_conditions(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks,
                     std::span<Goroutine> goroutines, const Memory& memory) {
    if (std::ranges::none_of(goroutines, [](const Goroutine& one) { return one.wait.kind == GoWaitKind::cond; })) return;
    ConditionSearch search(state, binary, stacks, memory);
    std::unordered_map<std::uint64_t, std::vector<GoroutineId>> waiters;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        GoWait& wait = goroutines[i].wait;
        if (wait.kind != GoWaitKind::cond || state.goroutines[i].changed) continue;
        wait.object = RemoteAddress{search.condition_of(i)};
        if (wait.object && waiters[wait.object.value].size() <= most_others) waiters[wait.object.value].push_back(goroutines[i].id);
    }
    for (Goroutine& goroutine : goroutines) {
        if (goroutine.wait.kind != GoWaitKind::cond || !goroutine.wait.object) continue;
        for (const GoroutineId other : waiters[goroutine.wait.object.value]) {
            if (other != goroutine.id && goroutine.wait.others.size() < most_others) goroutine.wait.others.push_back(other);
        }
    }
}

}  // namespace shimtrace::golang
