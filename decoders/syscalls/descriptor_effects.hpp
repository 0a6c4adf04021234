// What a system call that returned did to its caller's descriptors, and what a blocking one waits for. Pure.
#pragma once

#include <shimtrace/event.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace shimtrace::decoders {

enum class DescriptorEffect : std::uint8_t {
    none,
    closes,           ///< the descriptor in the first argument
    closes_range,     ///< close_range
    returns,          ///< a new descriptor, the result: whatever was known of its number is old
    duplicates,       ///< dup2, dup3: the second argument
    controls,         ///< fcntl: the result for F_DUPFD, flags for F_SETFL
    changes,          ///< what the first argument leads to: connect, bind, epoll_ctl …
    fills_pair,       ///< pipe, socketpair: two descriptors in memory at the argument `where`
    receives,         ///< recvmsg: perhaps new descriptors; the end of a connection
    moves_paths,      ///< rename, unlink: paths of open files
    moves_directory,  ///< chdir
    unshares,
    unknown,  ///< anything could have happened: i386's socketcall
};

/// How a blocking call waits for what its descriptor leads to.
enum class BlockingWay : std::uint8_t { none, reads, writes, accepts, connects, waits_child, locks, polls, ioctls };

struct EffectRow {
    std::string_view name;
    DescriptorEffect effect{};
    BlockingWay way{};
    std::uint8_t where = 0;  ///< the argument that `effect` speaks of
};

/// nullptr: a call that neither changes descriptors nor blocks on one.
const EffectRow* effect_row(Arch arch, std::int64_t number);
/// All of them.
std::span<const EffectRow> effect_rows();

}  // namespace shimtrace::decoders
