// What is known of a system call beside its line: what it waits for and on what, whether it moves bytes, what it does to descriptors. Its
// row says it, or the types of its arguments do. A call is known by architecture and number. Pure.
#pragma once

#include <shimtrace/event.hpp>
#include <shimtrace/open_file.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace shimtrace::decoders {

enum class WaitsFor : std::uint8_t {
    nothing,
    reads,
    writes,
    transfers,  ///< reads one descriptor and writes another: which one it waits for their states say (waits_for_source)
    syncs,
    opens,
    accepts,
    connects,
    polls,
    child,
    locks,
    sleeps,
    signals,
};

struct Waits {
    WaitsFor how{};
    std::int8_t fd = -1;  ///< the argument with the descriptor; -1: it takes none, or several
    std::int8_t to = -1;  ///< transfers: the one that is written
    explicit operator bool() const { return how != WaitsFor::nothing; }
};

/// Whether it moves bytes through its first argument.
enum class Moves : std::uint8_t { no_bytes, in_order, at_offset };

/// How its second argument holds them.
enum class MovedShape : std::uint8_t { none, buffer, vector, message };

/// What a call that returned did to its caller's descriptors, besides returning one or filling a pair of them.
enum class DescriptorEffect : std::uint8_t {
    none,
    closes,           ///< the descriptor in the first argument
    closes_range,     ///< close_range
    closes_at_exec,   ///< execve: those that are marked so
    accepts_another,  ///< accept: its listening socket stays what it is
    replaces,         ///< dup2, dup3: the second argument
    commands,         ///< ioctl: what it does is the driver's to say; fcntl: as its variants have it
    changes,          ///< what the first argument leads to: connect, bind, epoll_ctl …
    disconnects,      ///< shutdown
    receives,         ///< recvmsg: perhaps new descriptors; the end of a connection
    moves_paths,      ///< rename, unlink: paths of open files
    moves_directory,  ///< chdir
    unshares,
    unknown,  ///< anything could have happened: i386's socketcall
};

/// What a row says beside name, classes, arguments and result.
struct RowFacts {
    Waits waits;
    Moves moves{};
    DescriptorEffect effect{};
    bool ends_with_eintr =
        false;  ///< whenever its caller is woken, though no handler ran (signal(7)); its timeout is the argument of that name
};

/// Where a call's arguments lead: indexes of its registers, -1 for what it does not have.
struct ArgumentPlaces {
    std::array<std::int8_t, 2> paths{-1, -1};  ///< that the kernel looks up
    std::int8_t poll_fds = -1, poll_count = -1;
    std::int8_t fd_sets = -1;  ///< the first of select's three
    std::int8_t socket_address = -1, address_length = -1;
    std::int8_t timeout = -1;
    bool timeout_is_pointer = false;
    std::int8_t descriptor_pair = -1;  ///< that the call fills
    std::int8_t message_flags = -1;
};

struct CallFacts : RowFacts {
    std::string_view name;  ///< of the call on 64-bit architectures: "futex" also for futex_time64
    ArgumentPlaces places;
    MovedShape shape{};  ///< of the bytes that it moves
    bool written = false;
    bool is_network = false;
    bool takes_descriptor = false;  ///< in its first argument
    bool may_return_descriptor = false;
};

/// nullptr: no row tells of it.
const CallFacts* call_facts(Arch arch, std::int64_t number);

/// Of the variant that these arguments select: a fcntl's by its command.
const CallFacts* call_facts(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args);
/// What a call with these arguments waits for.
Waits waits_of(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args);

/// A call that reads one descriptor and writes another waits for the source where that is empty, and where it cannot be told and the source
/// is no plain file, which never keeps anybody waiting. `empty`, `full`: how the ends are that are pipes.
bool waits_for_source(OpenFileKind source, std::optional<bool> empty, std::optional<bool> full);

}  // namespace shimtrace::decoders
