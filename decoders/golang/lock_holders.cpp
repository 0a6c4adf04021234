// Who probably holds a lock. A function that has locked and not yet unlocked usually keeps the lock's address, or that of the
// struct around it, in its frame (a deferred Unlock always does), and it is one that calls sync's methods.
#include "decoders/golang/code.hpp"
#include "decoders/golang/waits.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

namespace shimtrace::golang {
namespace {

constexpr std::uint64_t most_embedding = 2048;  // bytes from a struct's start to the lock inside it
constexpr std::size_t argument_bytes = 80;      // spill slots of register arguments above a frame
constexpr std::size_t most_locks = 64, most_candidates = 5, most_frames_looked_at = 1 << 17;

/// What calls of sync's functions tell of their caller.
struct LockingFunction {
    std::string_view name;
    GoWaitKind lock;  ///< which kind; of a RWMutex that of its writers
    bool acquires;    ///< and whoever is blocked in it has nothing by that
};
constexpr auto locking = std::to_array<LockingFunction>({
    {"sync.(*Mutex).Lock", GoWaitKind::mutex, true},
    {"sync.(*Mutex).lockSlow", GoWaitKind::mutex, true},
    {"internal/sync.(*Mutex).lockSlow", GoWaitKind::mutex, true},
    {"sync.(*Mutex).Unlock", GoWaitKind::mutex, false},
    {"sync.(*Mutex).unlockSlow", GoWaitKind::mutex, false},
    {"internal/sync.(*Mutex).unlockSlow", GoWaitKind::mutex, false},
    {"sync.(*RWMutex).Lock", GoWaitKind::rwmutex_write, true},
    {"sync.(*RWMutex).RLock", GoWaitKind::rwmutex_write, true},
    {"sync.runtime_SemacquireRWMutexR", GoWaitKind::rwmutex_write, true},  // of RLock, which is a part of its caller
    {"sync.runtime_SemacquireMutex", GoWaitKind::rwmutex_write, true},     // the same before Go 1.20
    {"sync.(*RWMutex).Unlock", GoWaitKind::rwmutex_write, false},
    {"sync.(*RWMutex).RUnlock", GoWaitKind::rwmutex_write, false},
    {"sync.(*RWMutex).rUnlockSlow", GoWaitKind::rwmutex_write, false},
    {"sync.(*Once).doSlow", GoWaitKind::once, true},
});

/// Sync's own frames, and the runtime's, hold no lock: their callers do.
bool may_hold(std::string_view function) {
    return !function.starts_with("runtime.") && !function.starts_with("sync.") && !function.starts_with("internal/sync.");
}

GoWaitKind lock_of(GoWaitKind wait) {
    return wait == GoWaitKind::rwmutex_read ? GoWaitKind::rwmutex_write : wait;
}

struct CodeFacts {
    std::set<GoWaitKind> locks;               ///< kinds whose functions it calls
    std::optional<std::uint64_t> first_wait;  ///< the first place where it waits for any: offset from the text base
    std::vector<std::uint64_t> references;    ///< absolute
};

struct WantedLock {
    std::uint64_t address;
    GoWaitKind kind;                  ///< as LockingFunction has it
    std::set<std::uint64_t> structs;  ///< that it may lie in
};

class HolderSearch {
public:
    HolderSearch(const RuntimeState& state, Unwinder& unwinder, std::span<const UnwoundStack> stacks, std::span<const Goroutine> goroutines)
        : state_(state), unwinder_(unwinder), stacks_(stacks), goroutines_(goroutines) {}

    std::vector<InferredHolder> search(std::uint64_t lock, std::span<const std::size_t> waiters);

private:
    [[nodiscard]] std::vector<std::uint64_t> words(std::size_t goroutine, const PhysicalFrame& frame, std::size_t above) const;
    [[nodiscard]] std::set<std::uint64_t> embedding_structs(std::uint64_t lock, std::span<const std::size_t> waiters) const;
    const CodeFacts& code_facts(const Function& function);
    [[nodiscard]] std::optional<InferredHolder> score(std::size_t goroutine, const WantedLock& lock, std::size_t inner = 0);
    [[nodiscard]] bool all_stand() const;
    [[nodiscard]] std::optional<InferredHolder> itself(std::size_t waiter, const WantedLock& lock);

    const RuntimeState& state_;
    Unwinder& unwinder_;
    std::span<const UnwoundStack> stacks_;
    std::span<const Goroutine> goroutines_;
    std::unordered_map<std::uint32_t, CodeFacts> code_;
    std::optional<std::unordered_map<std::uint64_t, const LockingFunction*>> locking_entries_;
    std::size_t looked_at_ = 0;
};

std::vector<std::uint64_t> HolderSearch::words(std::size_t goroutine, const PhysicalFrame& frame, std::size_t above) const {
    const CapturedGoroutine& g = state_.goroutines[goroutine];
    if (frame.sp < g.start_sp) return {};
    const Bytes bytes = slice(g.stack, frame.sp - g.start_sp, std::min<std::uint64_t>(frame.fp - frame.sp + above, 65536));
    std::vector<std::uint64_t> result(bytes.size() / 8);
    std::memcpy(result.data(), bytes.data(), result.size() * 8);
    return result;
}

std::set<std::uint64_t> HolderSearch::embedding_structs(std::uint64_t lock, std::span<const std::size_t> waiters) const {
    std::set<std::uint64_t> structs;
    for (const std::size_t waiter : waiters) {
        for (const PhysicalFrame& frame : stacks_[waiter].physical) {
            if (!may_hold(unwinder_.binary().lines.name(frame.function))) continue;
            for (const std::uint64_t value : words(waiter, frame, argument_bytes)) {
                if (value % 8 == 0 && value < lock && lock - value < most_embedding) structs.insert(value);
            }
            break;  // the one that called Lock
        }
    }
    return structs;
}

const CodeFacts& HolderSearch::code_facts(const Function& function) {
    const auto [place, fresh] = code_.try_emplace(function.index);
    if (!fresh) return place->second;
    const GoBinary& binary = unwinder_.binary();
    if (!locking_entries_) {
        locking_entries_.emplace();
        std::array<std::string_view, locking.size()> names;
        std::ranges::transform(locking, names.begin(), &LockingFunction::name);
        const auto entries = binary.lines.find_names(names);
        for (std::size_t i = 0; i < locking.size(); ++i)
            if (entries[i]) locking_entries_->emplace(binary.text.begin + entries[i]->entry, &locking[i]);
    }
    const Bytes code = slice(binary.code(function), 0, 1 << 16);
    const std::uint64_t address = binary.text.begin + function.entry;
    for (const DirectCall& call : direct_calls(binary.image.arch(), code, address))
        if (const auto called = locking_entries_->find(call.target); called != locking_entries_->end()) {
            place->second.locks.insert(called->second->lock);
            if (called->second->acquires && !place->second.first_wait) place->second.first_wait = call.returns_to - binary.text.begin;
        }
    place->second.references = referenced_addresses(binary.image.arch(), code, address + unwinder_.bias());
    return place->second;
}

/// `inner`: so many of its innermost frames are left out, of those that may hold anything.
std::optional<InferredHolder> HolderSearch::score(std::size_t goroutine, const WantedLock& lock, std::size_t inner) {
    InferredHolder best;
    std::size_t place = 0;
    for (const PhysicalFrame& frame : stacks_[goroutine].physical) {
        const std::string_view name = unwinder_.binary().lines.name(frame.function);
        if (!may_hold(name)) continue;
        const bool is_blocked = place == 0 && is_lock(goroutines_[goroutine].wait.kind);
        if (place++ < inner) continue;
        if (++looked_at_ > most_frames_looked_at) break;
        InferredHolder holder{goroutines_[goroutine].id, 0, {}};
        const auto add = [&](int points, std::string_view reason) {
            holder.score += points;
            holder.reasons.push_back(std::string(name) + " " + std::string(reason));
        };
        const std::vector<std::uint64_t> values = words(goroutine, frame, argument_bytes);
        if (std::ranges::find(values, lock.address) != values.end()) {
            add(4, "has the lock's address in its frame");
        } else if (std::ranges::any_of(values, [&](std::uint64_t value) { return lock.structs.contains(value); })) {
            add(2, "has the address of the struct around the lock in its frame");
        }
        const CodeFacts& code = code_facts(frame.function);
        if (std::ranges::binary_search(code.references, lock.address)) add(4, "refers to the lock, a global variable");
        // Who is blocked in the first place where a function waits for a lock has got none by it.
        const bool has_passed_one = code.first_wait && *code.first_wait < frame.pc;
        const bool may_have_locked = code.locks.contains(lock.kind) && (!is_blocked || has_passed_one);
        if (holder.score > 0 && may_have_locked) add(3, "locks and unlocks");
        if (holder.score > best.score) best = std::move(holder);
    }
    return best.score > 0 ? std::optional(best) : std::nullopt;
}

/// Nobody's stack was out of reach, who could have the lock unseen.
bool HolderSearch::all_stand() const {
    if (!state_.incomplete.empty() || looked_at_ > most_frames_looked_at) return false;
    for (std::size_t i = 0; i < goroutines_.size(); ++i) {
        const Goroutine& goroutine = goroutines_[i];
        const bool moves = goroutine.changed || goroutine.state == GoState::running || goroutine.state == GoState::runnable;
        if (!goroutine.system && (moves || stacks_[i].physical.empty())) return false;
    }
    return true;
}

/// A method that locks calls another one that does: it has the lock that it waits for itself. It has that lock's own address: with the
/// struct's alone it may be another one of it.
std::optional<InferredHolder> HolderSearch::itself(std::size_t waiter, const WantedLock& lock) {
    constexpr std::size_t who_called_lock = 1;
    auto holder = score(waiter, lock, who_called_lock);
    constexpr int with_address_and_lock = 7;
    return holder && holder->score >= with_address_and_lock ? holder : std::nullopt;
}

std::vector<InferredHolder> HolderSearch::search(std::uint64_t lock, std::span<const std::size_t> waiters) {
    const WantedLock wanted{lock, lock_of(goroutines_[waiters.front()].wait.kind), embedding_structs(lock, waiters)};
    const std::set<std::size_t> waiting(waiters.begin(), waiters.end());
    struct Candidate {
        InferredHolder holder;
        bool waits_for_lock;
    };
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < goroutines_.size(); ++i) {
        if (waiting.contains(i) || goroutines_[i].system) continue;
        if (auto holder = score(i, wanted)) candidates.push_back({std::move(*holder), is_lock(goroutines_[i].wait.kind)});
    }
    if (candidates.empty() && all_stand())
        for (const std::size_t waiter : waiters)
            if (auto holder = itself(waiter, wanted)) candidates.push_back({std::move(*holder), true});
    // Of equals it is rather the one who waits for no lock: who merely waits for another one may stand in the same queue.
    std::ranges::stable_sort(candidates, [](const Candidate& one, const Candidate& other) {
        return std::pair(one.holder.score, !one.waits_for_lock) > std::pair(other.holder.score, !other.waits_for_lock);
    });
    std::vector<InferredHolder> holders;
    for (Candidate& candidate : candidates) holders.push_back(std::move(candidate.holder));
    if (holders.size() > most_candidates) holders.resize(most_candidates);
    return holders;
}

}  // namespace

void infer_holders(const RuntimeState& state, Unwinder& unwinder, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines) {
    std::map<std::uint64_t, std::vector<std::size_t>> locks;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (is_lock(goroutines[i].wait.kind) && goroutines[i].wait.object) locks[goroutines[i].wait.object.value].push_back(i);
    }
    HolderSearch search(state, unwinder, stacks, goroutines);
    std::size_t searched = 0;
    for (const auto& [lock, waiters] : locks) {
        if (++searched > most_locks) break;
        const std::vector<InferredHolder> holders = search.search(lock, waiters);
        for (const std::size_t waiter : waiters) goroutines[waiter].wait.holders = holders;
    }
}

}  // namespace shimtrace::golang
