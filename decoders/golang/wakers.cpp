#include "decoders/golang/wakers.hpp"

#include "decoders/golang/records.hpp"
#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_waits = 4096, most_wakers = 8, most_holders = 64, most_pipes = 64;

/// Who has something made for it does not stay in the function that started that: a connection (net/http/transport.go), an address
/// (net/lookup.go).
constexpr struct {
    std::string_view waits, starts;
} made_for[] = {
    {"net/http.(*Transport).getConn", "net/http.(*Transport).queueForDial"},
    {"net.(*Resolver).lookupIPAddr", "internal/singleflight.(*Group).DoChan"},
};

bool waits_for_others(const GoWait& wait) {
    return wait.kind == GoWaitKind::chan_receive || wait.kind == GoWaitKind::select || wait.kind == GoWaitKind::wait_group ||
           wait.kind == GoWaitKind::cond;
}

/// errgroup.Group is {cancel, wg, …} (golang.org/x/sync/errgroup): who is to end the wait for its WaitGroup has the Group.
constexpr std::string_view group_wait = "errgroup.(*Group).Wait";
constexpr std::uint64_t group_to_wait_group = 8;

/// sync.Cond begins with its lock, an interface {type, pointer} (sync/cond.go). What the lock is the first part of, its users have in hand:
/// docker's BytesPipe, of which the one end waits for the other.
std::uint64_t locked_by(std::uint64_t condition, const Memory& memory) {
    std::array<std::uint64_t, 2> lock{};
    const bool read = memory.read(RemoteAddress{condition}, std::as_writable_bytes(std::span(lock))) == sizeof(lock);
    return read && may_be_object(lock[1]) ? lock[1] : 0;
}

/// What both ends of an io.Pipe lead to, {wrMu, wrCh, rdCh, once, done, …} (io/pipe.go), of whoever waits in one for the other end; 0: in
/// none.
std::uint64_t pipe_of(const CapturedGoroutine& g, const GoWait& wait, const UnwoundStack& stack, const Memory& memory) {
    constexpr std::size_t frames_searched = 4, to_written = 8, to_read = 16, to_done = 40, size = 48;
    const auto is_its = [](const GoFrame& frame) { return frame.function.str().starts_with("io.(*pipe)."); };
    if (std::ranges::none_of(stack.frames, is_its)) return 0;
    const auto is_awaited = [&](std::uint64_t channel) {
        return wait.cases.empty() ? channel != 0 && channel == wait.object.value
                                  : std::ranges::any_of(wait.cases, [&](const GoSelectCase& one) { return one.channel.value == channel; });
    };
    // A select is over as well when the pipe is closed; the number of bytes that were read is waited for without that.
    const auto is_pipe = [&](Bytes record) {
        return (is_awaited(word(record, to_written)) || is_awaited(word(record, to_read))) && may_be_object(word(record, to_done)) &&
               (wait.cases.empty() || is_awaited(word(record, to_done)));
    };
    for (const PhysicalFrame& frame : stack.physical | std::views::take(frames_searched)) {
        const std::vector<std::uint64_t> pointers = frame_pointers(g, frame);
        const Records structs(memory, pointers, size);
        // What select and the channel's own functions keep on its stack has the channel as well.
        const auto is_own = [&](std::uint64_t pointer) { return pointer >= g.stack_low && pointer < g.stack_high; };
        for (std::size_t i = 0; i < pointers.size(); ++i)
            if (!structs[i].empty() && !is_own(pointers[i]) && is_pipe(structs[i])) return pointers[i];
    }
    return 0;
}

/// Whoever has an end of a pipe has a pointer to a pointer to it.
void add_pipe_holders(const RuntimeState& state, std::span<const std::uint64_t> pipes, std::span<Goroutine> goroutines,
                      const Memory& memory, std::unordered_map<std::uint64_t, std::vector<std::size_t>>& holders) {
    constexpr std::size_t most_words = 1024, most_in_all = std::size_t{1} << 16;
    std::size_t searched = 0;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (goroutines[i].system || searched > most_in_all) continue;
        const Bytes stack = state.goroutines[i].stack;
        std::vector<std::uint64_t> pointers;
        for (std::size_t at = 0; at + 8 <= stack.size() && pointers.size() < most_words; at += 8)
            if (const std::uint64_t value = word(stack, at); may_be_object(value) && value >> 48U == 0) pointers.push_back(value);
        std::ranges::sort(pointers);
        pointers.erase(std::ranges::unique(pointers).begin(), pointers.end());
        searched += pointers.size();
        const Records ends(memory, pointers, 8);
        for (std::size_t one = 0; one < pointers.size(); ++one) {
            if (ends[one].empty() || std::ranges::find(pipes, word(ends[one], 0)) == pipes.end()) continue;
            std::vector<std::size_t>& all = holders[word(ends[one], 0)];
            if (all.size() < most_holders && std::ranges::find(all, i) == all.end()) all.push_back(i);
        }
    }
}

std::vector<std::uint64_t> objects_of(const GoWait& wait, const UnwoundStack& stack, const Memory& memory) {
    std::vector<std::uint64_t> objects;
    if (wait.object) objects.push_back(wait.object.value);
    if (wait.object && wait.kind == GoWaitKind::cond)
        if (const std::uint64_t lock = locked_by(wait.object.value, memory)) objects.push_back(lock);
    if (wait.object && wait.kind == GoWaitKind::wait_group &&
        std::ranges::any_of(stack.frames, [](const GoFrame& frame) { return frame.function.str().ends_with(group_wait); }))
        objects.push_back(wait.object.value - group_to_wait_group);
    for (const GoSelectCase& one : wait.cases)
        if (!one.send) objects.push_back(one.channel.value);
    return objects;
}

/// Object → the goroutines that have it in their frames, by index.
std::unordered_map<std::uint64_t, std::vector<std::size_t>> holders_of(const RuntimeState& state,
                                                                       std::span<const std::vector<std::uint64_t>> waited_for,
                                                                       std::span<Goroutine> goroutines) {
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> holders;
    for (const std::vector<std::uint64_t>& objects : waited_for)
        for (const std::uint64_t object : objects) holders.try_emplace(object);
    if (holders.empty()) return holders;
    // Most words of a stack are no address of an object at all.
    const auto [lowest, highest] = std::ranges::minmax(std::views::keys(holders));
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (goroutines[i].system) continue;
        const Bytes stack = state.goroutines[i].stack;
        for (std::size_t at = 0; at + 8 <= stack.size(); at += 8) {
            const std::uint64_t object = word(stack, at);
            if (object < lowest || object > highest) continue;
            const auto found = holders.find(object);
            if (found == holders.end() || found->second.size() >= most_holders) continue;
            if (found->second.empty() || found->second.back() != i) found->second.push_back(i);
        }
    }
    return holders;
}

/// What speaks for a goroutine as one that is to end another's wait.
struct Candidate {
    std::size_t index = 0;
    int objects = 0;  ///< so many that are waited for are in its frames
    int child = 0, started = 0;
    static constexpr int of_object = 4, of_start = 2;
    [[nodiscard]] int score() const { return of_object * (objects + child) + of_start * started; }
};

/// Those for the wait of one goroutine. One serves for all of them in turn: of thousands that wait, each has hundreds.
class Candidates {
public:
    using ByFunction = std::unordered_map<std::string_view, std::vector<std::size_t>>;

    explicit Candidates(std::span<const Goroutine> goroutines) : goroutines_(goroutines), places_(goroutines.size(), 0) {}

    void begin(std::size_t waiter) {
        for (const Candidate& one : all_) places_[one.index] = 0;
        all_.clear();
        waiter_ = waiter;
    }

    void add(std::size_t other, int Candidate::*reason) {
        if (other == waiter_) return;
        std::uint32_t& place = places_[other];
        if (place == 0) {
            all_.push_back({.index = other});
            place = static_cast<std::uint32_t>(all_.size());
        }
        ++(all_[place - 1].*reason);
    }

    /// After all others: a function may have started thousands, of which those with nothing else for them are told by number.
    void add_started(const std::unordered_set<std::string_view>& functions, const ByFunction& started) {
        for (Candidate& one : all_) {
            const Goroutine& goroutine = goroutines_[one.index];
            if (!goroutine.parent && goroutine.created_by && functions.contains(goroutine.created_by->function.str())) one.started = 1;
        }
        for (const std::string_view function : functions) {
            const auto found = started.find(function);
            if (found == started.end()) continue;
            std::size_t added = 0;
            for (auto other = found->second.begin(); other != found->second.end() && added < most_wakers; ++other) {
                if (*other == waiter_ || places_[*other] != 0) continue;
                add(*other, &Candidate::started);
                ++added;
            }
        }
    }

    /// Their order in all_ is lost.
    [[nodiscard]] std::vector<InferredHolder> best() {
        const auto told_end = all_.begin() + static_cast<std::ptrdiff_t>(std::min(most_wakers, all_.size()));
        std::ranges::partial_sort(all_, told_end, [&](const Candidate& a, const Candidate& b) {
            const auto number = [&](const Candidate& one) { return goroutines_[one.index].id.value; };
            return a.score() != b.score() ? a.score() > b.score() : number(a) < number(b);
        });
        std::vector<InferredHolder> told;
        told.reserve(std::min(most_wakers, all_.size()));
        for (const Candidate& one : std::ranges::subrange(all_.begin(), told_end)) {
            InferredHolder& holder = told.emplace_back();
            holder.goroutine = goroutines_[one.index].id;
            holder.score = one.score();
            holder.reasons.reserve(static_cast<std::size_t>(one.objects + one.child + (one.started > 0 ? 1 : 0)));
            for (int n = 0; n < one.objects; ++n) holder.reasons.push_back(has_object_);
            for (int n = 0; n < one.child; ++n) holder.reasons.push_back(is_child_);
            if (one.started > 0) holder.reasons.push_back(was_started_);
        }
        return told;
    }

private:
    std::span<const Goroutine> goroutines_;
    const SharedText has_object_ = "has the object waited for in its frames", is_child_ = "was started by it",
                     was_started_ = "was started by a function of its stack";
    std::size_t waiter_ = 0;
    std::vector<Candidate> all_;
    std::vector<std::uint32_t> places_;  ///< by index: its place in all_ and 1; 0: it is none
};

/// Many goroutines at the same call have each started one of their own with the same function. Before Go 1.21 none knows who started it:
/// one that has what another waits for in its frames is that other's, and who has found its own needs no others.
void tell_apart(std::span<Goroutine> goroutines) {
    const auto is_sure = [](const InferredHolder& one) { return one.score >= Candidate::of_object + Candidate::of_start; };
    const auto is_guess = [](const InferredHolder& one) { return one.score == Candidate::of_start; };
    std::unordered_set<std::uint64_t> others;
    for (const Goroutine& goroutine : goroutines)
        if (waits_for_others(goroutine.wait))
            for (const InferredHolder& one : goroutine.wait.holders | std::views::filter(is_sure)) others.insert(one.goroutine.value);
    for (Goroutine& goroutine : goroutines) {
        std::vector<InferredHolder>& wakers = goroutine.wait.holders;
        if (!waits_for_others(goroutine.wait) || wakers.empty()) continue;
        if (std::ranges::any_of(wakers, is_sure))
            std::erase_if(wakers, is_guess);
        else
            std::erase_if(wakers, [&](const InferredHolder& one) { return is_guess(one) && others.contains(one.goroutine.value); });
    }
}

}  // namespace

void infer_wakers(const RuntimeState& state, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines, const Memory& memory) {
    // A select may have thousands of cases: each list is made once.
    std::vector<std::vector<std::uint64_t>> waited_for(goroutines.size());
    std::vector<std::uint64_t> pipes;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (!waits_for_others(goroutines[i].wait)) continue;
        waited_for[i] = objects_of(goroutines[i].wait, stacks[i], memory);
        if (const std::uint64_t pipe = pipe_of(state.goroutines[i], goroutines[i].wait, stacks[i], memory);
            pipe != 0 && pipes.size() < most_pipes) {
            waited_for[i].push_back(pipe);
            pipes.push_back(pipe);
        }
        std::ranges::sort(waited_for[i]);
    }
    auto holders = holders_of(state, waited_for, goroutines);
    if (!pipes.empty()) add_pipe_holders(state, pipes, goroutines, memory, holders);
    // Who was started by a function: by that function's name.
    std::unordered_map<std::string_view, std::vector<std::size_t>> started;
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> children;  // since Go 1.21 a goroutine knows who started it
    for (std::size_t i = 0; i < goroutines.size(); ++i)
        if (goroutines[i].parent && !goroutines[i].system)
            children[goroutines[i].parent.value].push_back(i);
        else if (goroutines[i].created_by && !goroutines[i].system)
            started[goroutines[i].created_by->function.str()].push_back(i);

    // Of many that one function has started, only the first by number can be among those that are told.
    for (auto& [function, all] : started) std::ranges::sort(all, {}, [&](std::size_t i) { return goroutines[i].id.value; });
    std::size_t searched = 0;
    Candidates candidates(goroutines);
    std::unordered_set<std::string_view> functions;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        GoWait& wait = goroutines[i].wait;
        if (!waits_for_others(wait) || goroutines[i].system || state.goroutines[i].changed || ++searched > most_waits) continue;
        candidates.begin(i);
        for (const std::uint64_t object : waited_for[i]) {
            const auto found = holders.find(object);
            if (found == holders.end()) continue;
            // Another that waits for the same will not end it.
            for (const std::size_t other : found->second)
                if (!std::ranges::binary_search(waited_for[other], object)) candidates.add(other, &Candidate::objects);
        }
        if (const auto own = children.find(goroutines[i].id.value); own != children.end())
            for (const std::size_t other : own->second) candidates.add(other, &Candidate::child);
        functions.clear();
        for (const GoFrame& frame : stacks[i].frames) {
            functions.insert(frame.function.str());
            for (const auto& row : made_for)
                if (frame.function == row.waits) functions.insert(row.starts);
        }
        candidates.add_started(functions, started);
        wait.holders = candidates.best();
    }
    tell_apart(goroutines);
}

}  // namespace shimtrace::golang
