// What the readers of languages' locks share: a process's threads, and where one is meant. Pure.
#pragma once

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/snapshot.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::languages {

/// Addresses [first, second) that are mapped: what leads elsewhere is no pointer.
using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

/// The thread's number as its own program knows it.
inline std::int32_t number_of(const Thread& thread) {
    return thread.ns_tid ? thread.ns_tid : thread.tid.value;
}

/// A process's memory, asked for words and objects; what does not lie in a mapping is not asked for.
class Words {
public:
    Words(const Memory& memory, const Ranges& mapped) : memory_(memory), mapped_(mapped) {}

    [[nodiscard]] bool is_mapped(std::uint64_t address) const;
    /// `count` words from there; fewer where they end.
    [[nodiscard]] std::vector<std::uint64_t> at(std::uint64_t address, std::size_t count) const;
    [[nodiscard]] std::optional<std::uint64_t> one(std::uint64_t address) const;
    [[nodiscard]] std::optional<std::uint32_t> half(std::uint64_t address) const;
    /// Whether that very text, and its NUL, stand there.
    [[nodiscard]] bool is_text(std::uint64_t address, std::string_view text) const;
    [[nodiscard]] std::string text(std::uint64_t address, std::size_t most) const;

    /// The first `Count` words of each address, in one go; zeros where they cannot be read.
    template <std::size_t Count>
    [[nodiscard]] std::vector<std::array<std::uint64_t, Count>> objects(std::span<const std::uint64_t> addresses) const {
        std::vector<std::array<std::uint64_t, Count>> found(addresses.size());
        std::vector<ReadRequest> requests;
        requests.reserve(addresses.size());
        for (std::size_t i = 0; i < addresses.size(); ++i)
            requests.push_back({RemoteAddress{addresses[i]}, std::as_writable_bytes(std::span(found[i]))});
        memory_.read(requests);
        for (std::size_t i = 0; i < addresses.size(); ++i)
            if (requests[i].got < sizeof found[i]) found[i] = {};
        return found;
    }

private:
    const Memory& memory_;
    const Ranges& mapped_;
};

/// The number of the thread whose descriptor in glibc or musl (what pthread_self tells) lies at that address: one of `threads`.
/// 0: a descriptor of a thread that is gone, as fork leaves them. nullopt: there is none.
std::optional<std::int32_t> thread_at(const Words& words, std::uint64_t descriptor, std::span<const Thread> threads);

}  // namespace shimtrace::languages
