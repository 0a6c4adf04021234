#include "decoders/golang/requests.hpp"

#include "decoders/golang/binary.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <map>

using namespace shimtrace;
using namespace shimtrace::golang;

namespace {

struct Bytewise final : Memory {
    using Memory::read;
    std::map<std::uint64_t, std::byte> bytes;
    void read(std::span<ReadRequest> requests) const override {
        for (ReadRequest& request : requests)
            for (request.got = 0; request.got < request.into.size(); ++request.got) {
                const auto found = bytes.find(request.address.value + request.got);
                if (found == bytes.end()) break;
                request.into[request.got] = found->second;
            }
    }
    void word(std::uint64_t address, std::uint64_t value) {
        for (unsigned i = 0; i < 8; ++i) bytes[address + i] = static_cast<std::byte>(value >> (8 * i));
    }
    void text(std::uint64_t header, std::uint64_t at, std::string_view text) {
        word(header, at);
        word(header + 8, text.size());
        for (std::size_t i = 0; i < text.size(); ++i) bytes[at + i] = static_cast<std::byte>(text[i]);
    }
};

constexpr std::uint64_t process_at = 0xc000010000, parent_at = 0xc000020000, channel = 0xc000030000;

/// The request's memory has gone to another request since: only the process that is waited for tells.
std::string waited_for(std::string function, const Bytewise& memory) {
    GoBinary binary;
    RuntimeState state;
    std::array<std::byte, 16> frame{};
    std::memcpy(frame.data(), &process_at, sizeof(process_at));
    state.goroutines.emplace_back().stack = frame;
    state.goroutines.front().start_sp = 0x1000;
    std::vector<UnwoundStack> stacks(1);
    stacks.front().physical.push_back({.function = {}, .pc = 0, .sp = 0x1000, .fp = 0x1010});
    std::vector<Goroutine> goroutines(1);
    goroutines.front().stack.push_back({.function = std::move(function)});
    goroutines.front().purpose = {.what = "RPC handler", .detail = "Task.Wait"};
    goroutines.front().wait.kind = GoWaitKind::chan_receive;
    goroutines.front().wait.object = RemoteAddress{channel};
    find_requests(state, binary, stacks, goroutines, memory);
    return goroutines.front().purpose.container->id + "/" + goroutines.front().purpose.exec_id.str();
}

}  // namespace

TEST_CASE("a Wait is of the process whose channel it waits for") {
    Bytewise memory;
    for (std::uint64_t at = 0; at < 512; at += 8) {
        memory.word(process_at + at, 0);
        memory.word(parent_at + at, 0);
    }
    SUBCASE("an init") {
        memory.word(process_at + 40, channel);
        memory.text(process_at + 64, 0xc000040000, "1321e24bb0a7");
        CHECK(waited_for("github.com/containerd/containerd/pkg/process.(*Init).Wait", memory) == "1321e24bb0a7/");
        memory.word(process_at + 40, channel + 64);  // another's
        CHECK(waited_for("github.com/containerd/containerd/pkg/process.(*Init).Wait", memory) == "/");
    }
    SUBCASE("an exec, by its parent") {
        memory.text(process_at + 40, 0xc000050000, "e1");
        memory.word(process_at + 280, parent_at);
        memory.word(process_at + 288, channel);
        memory.text(parent_at + 64, 0xc000040000, "1321e24bb0a7");
        CHECK(waited_for("github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2/process.(*execProcess).Wait", memory) ==
              "1321e24bb0a7/e1");
    }
}
