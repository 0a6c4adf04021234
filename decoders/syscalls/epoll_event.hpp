// One epoll_event, and what is left of a timeout.
#pragma once

#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

/// struct epoll_event: packed on x86, and only there (linux/eventpoll.h).
struct EpollEventLayout {
    std::size_t size, data;
};
constexpr EpollEventLayout epoll_event_layout(Arch arch) {
    return arch == Arch::aarch64 || arch == Arch::arm ? EpollEventLayout{16, 8} : EpollEventLayout{12, 4};
}

/// {events=EPOLLIN, data={u32=5, u64=5}}; with roles also which descriptor was registered with that data.
void print_epoll_event(Printer& printer, std::span<const std::byte> bytes);

/// ", left {tv_sec=0, tv_nsec=7967}" for ppoll, select and pselect6, whose timeout is argument `index`; `follows`: something stands before
/// it.
void print_time_left(Printer& printer, unsigned index, bool follows = true);

}  // namespace shimtrace::decoders
