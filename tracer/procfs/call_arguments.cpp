// What the pointers of a blocked system call lead to: the path that open waits for, the descriptors that poll waits on.
#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/user_lock.hpp"
#include "tracer/procfs/process_memory.hpp"
#include "tracer/procfs/process_reader.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace shimtrace::host {
namespace {

constexpr std::uint64_t most_polled = 1024;
/// Of sets that were read, and have nothing in them: to wait for nothing is to sleep.
constexpr Fd no_descriptor{-1};

std::string unix_path(const Memory& memory, RemoteAddress address, std::uint64_t length) {
    sockaddr_un name{};
    const std::size_t wanted = std::min<std::uint64_t>(length, sizeof name);
    if (memory.read(address, std::as_writable_bytes(std::span(&name, 1)).first(wanted)) < wanted) return {};
    constexpr std::size_t header = offsetof(sockaddr_un, sun_path);
    if (wanted <= header || name.sun_family != AF_UNIX) return {};
    const std::string_view text(name.sun_path, wanted - header);
    if (text[0] == '\0') return "@" + std::string(text.substr(1));
    return std::string(text.substr(0, text.find('\0')));
}

std::vector<Fd> pollfds(const Memory& memory, RemoteAddress address, std::uint64_t count) {
    std::vector<pollfd> rows(std::min(count, most_polled));
    const std::size_t got = memory.read(address, std::as_writable_bytes(std::span(rows)));
    rows.resize(got / sizeof(pollfd));
    std::vector<Fd> fds;
    for (const pollfd& row : rows)
        if (row.fd >= 0) fds.push_back(Fd{row.fd});
    if (fds.empty() && !rows.empty()) fds.push_back(no_descriptor);
    return fds;
}

/// select's three sets: whatever is in one of them is waited on.
std::vector<Fd> selected(const Memory& memory, std::uint64_t count, std::span<const std::uint64_t, 3> sets) {
    const std::size_t bits = std::min(count, most_polled);
    std::array<std::uint64_t, most_polled / 64> any{};
    bool is_read = true;
    for (const std::uint64_t set : sets) {
        if (!set) continue;
        std::array<std::uint64_t, most_polled / 64> words{};
        const auto wanted = std::as_writable_bytes(std::span(words)).first((bits + 63) / 64 * 8);
        is_read &= memory.read(RemoteAddress{set}, wanted) == wanted.size();
        for (std::size_t i = 0; i < words.size(); ++i) any[i] |= words[i];
    }
    std::vector<Fd> fds;
    for (std::size_t bit = 0; bit < bits; ++bit)
        if (any[bit / 64] >> (bit % 64) & 1) fds.push_back(Fd{static_cast<std::int32_t>(bit)});
    if (fds.empty() && is_read) fds.push_back(no_descriptor);
    return fds;
}

}  // namespace

void read_arguments(Thread& thread, const Memory& memory) {
    const decoders::CallFacts* facts = thread.syscall < 0 ? nullptr : decoders::call_facts(thread.arch, thread.syscall);
    if (!facts) return;
    const decoders::ArgumentPlaces& places = facts->places;
    const auto argument = [&](std::int8_t place) { return thread.args[static_cast<std::size_t>(place)]; };
    for (const std::int8_t path : places.paths)
        if (path >= 0 && thread.path_argument.empty()) thread.path_argument = text_at(memory, RemoteAddress{argument(path)});
    const bool sends_to = facts->waits.how == decoders::WaitsFor::writes && places.socket_address >= 0;
    if (facts->waits.how == decoders::WaitsFor::connects || sends_to)
        thread.path_argument = unix_path(memory, RemoteAddress{argument(places.socket_address)}, argument(places.address_length));
    if (places.poll_fds >= 0) thread.polled = pollfds(memory, RemoteAddress{argument(places.poll_fds)}, argument(places.poll_count));
    if (places.fd_sets >= 0)
        thread.polled = selected(memory, argument(0), std::span(thread.args).subspan(static_cast<std::size_t>(places.fd_sets)).first<3>());
}

void read_futexes(std::span<Thread> threads, const Memory& memory) {
    std::vector<ReadRequest> requests;
    std::vector<Thread*> asked;
    for (Thread& thread : threads) {
        const decoders::CallFacts* facts = thread.syscall < 0 ? nullptr : decoders::call_facts(thread.arch, thread.syscall);
        const bool has_layout = thread.arch == Arch::x86_64 || thread.arch == Arch::aarch64;
        if (!facts || facts->name != "futex" || !has_layout || !decoders::waits_for_futex_word(thread.args)) continue;
        constexpr std::uint64_t before = FutexMemory::before * sizeof(std::uint32_t);
        const std::uint64_t word = thread.args[0];
        if (word < before) continue;
        const auto into = std::as_writable_bytes(std::span(thread.futex.emplace().words));
        // In two: what lies before it may be on a page that is not there.
        requests.push_back({RemoteAddress{word - before}, into.first(before)});
        requests.push_back({RemoteAddress{word}, into.subspan(before)});
        asked.push_back(&thread);
    }
    if (asked.empty()) return;
    memory.read(requests);
    for (std::size_t i = 0; i < asked.size(); ++i)
        if (requests[2 * i + 1].got < sizeof(std::uint32_t)) asked[i]->futex.reset();
}

}  // namespace shimtrace::host
