#include "decoders/golang/wakers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <map>

using namespace shimtrace;
using namespace shimtrace::golang;

namespace {

struct NoMemory final : Memory {
    using Memory::read;
    void read(std::span<ReadRequest>) const override {}
};

/// Calls that each wait for a channel, and goroutines that `start` of the call has started, as Go before 1.21 knows them.
struct World {
    RuntimeState state;
    std::vector<Goroutine> goroutines;
    std::vector<UnwoundStack> stacks;
    std::vector<std::array<std::byte, 24>> frames = std::vector<std::array<std::byte, 24>>(16);

    Goroutine& add(std::string function, std::uint64_t in_frame = 0) {
        const std::size_t number = goroutines.size();
        goroutines.emplace_back().id = GoroutineId{number + 1};
        stacks.emplace_back().frames.push_back({.function = std::move(function)});
        std::memcpy(frames[number].data(), &in_frame, sizeof(in_frame));
        state.goroutines.emplace_back().stack = frames[number];
        return goroutines.back();
    }
    void call(std::uint64_t channel) {
        Goroutine& one = add("cni.attach");
        one.wait.kind = GoWaitKind::chan_receive;
        one.wait.object = RemoteAddress{channel};
    }
    void started(std::uint64_t in_frame) { add("os.Wait", in_frame).created_by = GoFrame{.function = std::string("cni.attach")}; }
    std::vector<std::uint64_t> wakers(std::size_t which) const {
        std::vector<std::uint64_t> found;
        for (const InferredHolder& one : goroutines[which].wait.holders) found.push_back(one.goroutine.value);
        return found;
    }
};

}  // namespace

TEST_CASE("of many calls, each of which started a goroutine by the same function, each waits for its own") {
    World world;
    world.call(0xc000001000);     // 1
    world.call(0xc000002000);     // 2
    world.call(0xc000003000);     // 3: its own has left no trace of it
    world.started(0xc000002000);  // 4
    world.started(0xc000001000);  // 5
    world.started(0);             // 6
    infer_wakers(world.state, world.stacks, world.goroutines, NoMemory{});
    CHECK(world.wakers(0) == std::vector<std::uint64_t>{5});
    CHECK(world.wakers(1) == std::vector<std::uint64_t>{4});
    CHECK(world.wakers(2) == std::vector<std::uint64_t>{6});
}

namespace {

/// Words at addresses.
struct Words final : Memory {
    using Memory::read;
    std::map<std::uint64_t, std::uint64_t> words;
    void read(std::span<ReadRequest> requests) const override {
        for (ReadRequest& request : requests)
            for (request.got = 0; request.got + 8 <= request.into.size(); request.got += 8) {
                const auto found = words.find(request.address.value + request.got);
                if (found == words.end()) break;
                std::memcpy(request.into.data() + request.got, &found->second, 8);
            }
    }
};

}  // namespace

TEST_CASE("who reads an io.Pipe waits for whoever has its other end, by a pointer to the pipe") {
    constexpr std::uint64_t pipe = 0xc000004000, end = 0xc000005000, others_end = 0xc000006000, channel = 0xc000007000;
    constexpr std::uint64_t done = channel + 128, other = 0xc000003000;
    World world;
    constexpr std::uint64_t cases = 0xc000008000;  // on its stack, and so is a pointer to them
    Goroutine& reads = world.add("io.(*pipe).read", cases);
    std::memcpy(world.frames.front().data() + 16, &pipe, sizeof(pipe));
    world.state.goroutines.front().stack_low = cases - 64;
    world.state.goroutines.front().stack_high = cases + 64;
    reads.wait.kind = GoWaitKind::select;
    reads.wait.cases = {{.send = false, .channel = RemoteAddress{channel}}, {.send = false, .channel = RemoteAddress{done}}};
    world.state.goroutines.front().start_sp = 0x1000;
    world.stacks.front().physical.push_back({.function = {}, .pc = 0, .sp = 0x1000, .fp = 0x1018});
    world.add("os/exec.(*Cmd).Start.func1", others_end);
    world.add("os/exec.(*Cmd).Start.func1", end);
    // What is no pipe may have the channel where a pipe has it: a sudog of the same select.
    std::memcpy(world.frames.front().data() + 8, &other, sizeof(other));
    Words memory;
    memory.words = {{pipe, 0},
                    {pipe + 8, channel},
                    {pipe + 16, channel + 64},
                    {pipe + 24, 0},
                    {pipe + 32, 0},
                    {pipe + 40, done},
                    {other, 0},
                    {other + 8, 0},
                    {other + 16, channel},
                    {other + 24, 0},
                    {other + 32, 0},
                    {other + 40, 0},
                    {end, pipe},
                    {others_end, pipe + 512},
                    {cases, 0},
                    {cases + 8, channel},
                    {cases + 16, 0}};
    infer_wakers(world.state, world.stacks, world.goroutines, memory);
    CHECK(world.wakers(0) == std::vector<std::uint64_t>{3});
}
