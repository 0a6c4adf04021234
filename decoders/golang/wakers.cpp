#include "decoders/golang/wakers.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_waits = 4096, most_wakers = 8, most_holders = 64;

/// Who has a connection made for it does not stay in the function that started that (net/http/transport.go).
constexpr struct { std::string_view waits, starts; } dialing = {"net/http.(*Transport).getConn", "net/http.(*Transport).queueForDial"};

bool waits_for_others(const GoWait& wait) {
    return wait.kind == GoWaitKind::chan_receive || wait.kind == GoWaitKind::select || wait.kind == GoWaitKind::wait_group ||
           wait.kind == GoWaitKind::cond;
}

/// errgroup.Group is {cancel, wg, …} (golang.org/x/sync/errgroup): who is to end the wait for its WaitGroup has the Group.
constexpr std::string_view group_wait = "errgroup.(*Group).Wait";
constexpr std::uint64_t group_to_wait_group = 8;

std::vector<std::uint64_t> objects_of(const GoWait& wait, const UnwoundStack& stack) {
    std::vector<std::uint64_t> objects;
    if (wait.object) objects.push_back(wait.object.value);
    if (wait.object && wait.kind == GoWaitKind::wait_group &&
        std::ranges::any_of(stack.frames, [](const GoFrame& frame) { return frame.function.str().ends_with(group_wait); }))
        objects.push_back(wait.object.value - group_to_wait_group);
    for (const GoSelectCase& one : wait.cases)
        if (!one.send) objects.push_back(one.channel.value);
    return objects;
}

/// Object → the goroutines that have it in their frames, by index.
std::unordered_map<std::uint64_t, std::vector<std::size_t>> holders_of(const RuntimeState& state, std::span<const UnwoundStack> stacks,
                                                                       std::span<Goroutine> goroutines) {
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> holders;
    for (std::size_t i = 0; i < goroutines.size(); ++i)
        if (waits_for_others(goroutines[i].wait))
            for (const std::uint64_t object : objects_of(goroutines[i].wait, stacks[i])) holders.try_emplace(object);
    if (holders.empty()) return holders;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (goroutines[i].system) continue;
        const Bytes stack = state.goroutines[i].stack;
        for (std::size_t at = 0; at + 8 <= stack.size(); at += 8) {
            const auto found = holders.find(word(stack, at));
            if (found == holders.end() || found->second.size() >= most_holders) continue;
            if (found->second.empty() || found->second.back() != i) found->second.push_back(i);
        }
    }
    return holders;
}

}  // namespace

void infer_wakers(const RuntimeState& state, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines) {
    const auto holders = holders_of(state, stacks, goroutines);
    // Who was started by a function: by that function's name.
    std::unordered_map<std::string_view, std::vector<std::size_t>> started;
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> children;  // since Go 1.21 a goroutine knows who started it
    for (std::size_t i = 0; i < goroutines.size(); ++i)
        if (goroutines[i].parent && !goroutines[i].system)
            children[goroutines[i].parent.value].push_back(i);
        else if (goroutines[i].created_by && !goroutines[i].system)
            started[goroutines[i].created_by->function.str()].push_back(i);

    // A select may have thousands of cases: each list is made once.
    std::vector<std::vector<std::uint64_t>> waited_for(goroutines.size());
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (!waits_for_others(goroutines[i].wait)) continue;
        waited_for[i] = objects_of(goroutines[i].wait, stacks[i]);
        std::ranges::sort(waited_for[i]);
    }
    std::size_t searched = 0;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        GoWait& wait = goroutines[i].wait;
        if (!waits_for_others(wait) || goroutines[i].system || state.goroutines[i].changed || ++searched > most_waits) continue;
        std::unordered_map<std::size_t, InferredHolder> candidates;
        const auto add = [&](std::size_t other, int points, std::string_view reason) {
            if (other == i) return;
            InferredHolder& one = candidates[other];
            one.goroutine = goroutines[other].id;
            one.score += points;
            one.reasons.emplace_back(reason);
        };
        for (const std::uint64_t object : waited_for[i]) {
            const auto found = holders.find(object);
            if (found == holders.end()) continue;
            // Another that waits for the same will not end it.
            for (const std::size_t other : found->second)
                if (!std::ranges::binary_search(waited_for[other], object)) add(other, 4, "has the object waited for in its frames");
        }
        if (const auto own = children.find(goroutines[i].id.value); own != children.end())
            for (const std::size_t other : own->second) add(other, 4, "was started by it");
        std::unordered_set<std::string_view> functions;
        for (const GoFrame& frame : stacks[i].frames) {
            functions.insert(frame.function.str());
            if (frame.function == dialing.waits) functions.insert(dialing.starts);
        }
        for (const std::string_view function : functions)
            if (const auto found = started.find(function); found != started.end())
                for (const std::size_t other : found->second) add(other, 2, "was started by a function of its stack");
        std::vector<InferredHolder> found;
        for (auto& [index, one] : candidates) found.push_back(std::move(one));
        std::ranges::sort(found, [](const InferredHolder& a, const InferredHolder& b) {
            return a.score != b.score ? a.score > b.score : a.goroutine.value < b.goroutine.value;
        });
        if (found.size() > most_wakers) found.resize(most_wakers);
        wait.holders = std::move(found);
    }
}

}  // namespace shimtrace::golang
