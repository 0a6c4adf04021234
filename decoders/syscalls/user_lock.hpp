// What a thread waits for in futex(2), by the words around the one that it sleeps on: a lock that says who holds it. Pure.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace shimtrace::decoders {

struct UserLock {
    std::string_view what;     ///< "mutex", "robust mutex", "write lock" …
    std::int32_t owner = 0;    ///< a thread's number in the pid namespace of whoever took it
    bool owner_died = false;   ///< the kernel has marked it so
    bool is_contract = false;  ///< the kernel itself goes by that number (PI futexes): nothing about it is guessed
};

/// `args`: the futex call's. nullopt: not a lock that tells its owner, or one that does not fit: the words must be those of a lock that is
/// taken and waited for. Layouts of 64-bit programs: glibc (nptl: struct_mutex.h, struct_rwlock.h), musl (pthread_impl.h).
std::optional<UserLock> user_lock(const FutexMemory& memory, const std::array<std::uint64_t, 6>& args);

/// A lock that is taken and waited for and tells nobody's number: musl's plain mutex, one in glibc itself, Rust's.
bool is_nameless_lock(const FutexMemory& memory, const std::array<std::uint64_t, 6>& args);

/// A thread waits until another ends (glibc's pthread_join): that one's number. The kernel clears the word at its end
/// (CLONE_CHILD_CLEARTID).
std::optional<std::int32_t> joined_thread(const FutexMemory& memory, const std::array<std::uint64_t, 6>& args);

/// Whether a futex call with these arguments waits, for a word that it has to be told by.
bool waits_for_futex_word(const std::array<std::uint64_t, 6>& args);
/// Other processes may wait there as well.
bool is_shared_futex(const std::array<std::uint64_t, 6>& args);

}  // namespace shimtrace::decoders
