#include "decoders/syscalls/user_lock.hpp"

#include <algorithm>

namespace shimtrace::decoders {

namespace {

// linux/futex.h.
constexpr std::uint32_t futex_wait = 0, futex_lock_pi = 6, futex_wait_bitset = 9, futex_lock_pi2 = 13;
constexpr std::uint32_t futex_private = 128, futex_command = 0x7f;
constexpr std::uint32_t futex_waiters = 0x80000000, futex_owner_died = 0x40000000, futex_tid_mask = 0x3fffffff;

/// The words by their distance from the one that is waited for.
class FutexWords {
public:
    explicit FutexWords(const FutexMemory& memory) : words_(memory.words) {}
    std::uint32_t operator[](int distance) const { return words_[FutexMemory::before + static_cast<std::size_t>(distance)]; }

private:
    const std::array<std::uint32_t, 16>& words_;
};

struct FutexCall {
    std::uint32_t command, value;
    [[nodiscard]] bool waits() const { return command == futex_wait || command == futex_wait_bitset; }
};

FutexCall futex_call_of(const std::array<std::uint64_t, 6>& args) {
    return {static_cast<std::uint32_t>(args[1]) & futex_command, static_cast<std::uint32_t>(args[2])};
}

bool is_thread_number(std::uint32_t number) {
    constexpr std::uint32_t most = 1U << 22U;  // PID_MAX_LIMIT
    return number > 0 && number < most;
}

// glibc: { lock, count, owner, nusers, kind, spins, list }, and the lock is what is waited for.
constexpr std::uint32_t kind_robust = 16, kind_shared = 128, kind_elision = 256 | 512, kind_base = 3;

std::optional<UserLock> glibc_mutex(const FutexWords& words, const FutexCall& call) {
    const std::uint32_t lock = words[0], count = words[1], owner = words[2], users = words[3], kind = words[4];
    constexpr std::uint32_t most_users = 1U << 16U, taken_and_waited_for = 2, recursive = 1;
    if (!is_thread_number(owner) || users == 0 || users > most_users) return std::nullopt;
    const std::uint32_t rest = kind & ~(kind_base | kind_shared | kind_elision);
    if (rest == kind_robust) {
        if ((lock & futex_tid_mask) != owner || !(lock & futex_waiters) || !(call.value & futex_waiters)) return std::nullopt;
        return UserLock{"robust mutex", static_cast<std::int32_t>(owner), (lock & futex_owner_died) != 0};
    }
    // A number that happens to stand in the owner's place is told by what follows: the list of robust mutexes, which this is not in.
    const bool in_no_list = words[6] == 0 && words[7] == 0 && words[8] == 0 && words[9] == 0;
    if ((kind & kind_base) != recursive && count != 0) return std::nullopt;  // of a robust one it is counted
    if (rest != 0 || lock != taken_and_waited_for || call.value != lock || !in_no_list) return std::nullopt;
    return UserLock{"mutex", static_cast<std::int32_t>(owner)};
}

/// musl: { type, lock, futex_waiters, … }. A plain mutex keeps no owner.
std::optional<UserLock> musl_mutex(const FutexWords& words, const FutexCall& call) {
    const std::uint32_t type = words[-1], lock = words[0], waiting = words[1];
    constexpr std::uint32_t base = 3, robust = 4, priority = 8, most_waiters = 1U << 16U;
    if ((type & ~(base | robust | priority | kind_shared)) != 0 || (type & (base | robust)) == 0 || (type & base) == base)
        return std::nullopt;
    if (!(lock & futex_waiters) || !(call.value & futex_waiters) || !is_thread_number(lock & futex_tid_mask) || waiting == 0 ||
        waiting > most_waiters)
        return std::nullopt;
    return UserLock{(type & robust) ? "robust mutex" : "mutex", static_cast<std::int32_t>(lock & futex_tid_mask),
                    (lock & futex_owner_died) != 0};
}

/// glibc: { readers, writers, wrphase_futex, writers_futex, pad, pad, cur_writer, shared, … }: readers wait for the phase, writers for
/// their turn. Of readers that hold it nobody is told.
std::optional<UserLock> glibc_write_lock(const FutexWords& words, const FutexCall& call) {
    constexpr std::uint32_t locked_and_used = 3, write_locked = 2;
    if (call.value != locked_and_used || words[0] != locked_and_used) return std::nullopt;
    const auto fits = [&](int readers, int writer) {
        return (words[readers] & write_locked) && is_thread_number(words[writer]) && words[writer + 1] <= 1;
    };
    for (const auto& [readers, writer] : {std::pair{-2, 4}, std::pair{-3, 3}})
        if (fits(readers, writer)) return UserLock{"write lock", static_cast<std::int32_t>(words[writer])};
    return std::nullopt;
}

}  // namespace

std::optional<UserLock> user_lock(const FutexMemory& memory, const std::array<std::uint64_t, 6>& args) {
    const FutexWords words(memory);
    const FutexCall call = futex_call_of(args);
    if (call.command == futex_lock_pi || call.command == futex_lock_pi2) {
        if (!is_thread_number(words[0] & futex_tid_mask)) return std::nullopt;
        return UserLock{"priority-inheriting mutex", static_cast<std::int32_t>(words[0] & futex_tid_mask),
                        (words[0] & futex_owner_died) != 0, true};
    }
    if (!call.waits()) return std::nullopt;
    for (const auto read : {glibc_mutex, musl_mutex, glibc_write_lock})
        if (const auto lock = read(words, call)) return lock;
    return std::nullopt;
}

bool is_nameless_lock(const FutexMemory& memory, const std::array<std::uint64_t, 6>& args) {
    constexpr std::uint32_t taken_and_waited_for = 2, musl_taken = futex_waiters | 16;  // EBUSY
    const FutexCall call = futex_call_of(args);
    const std::uint32_t word = FutexWords(memory)[0];
    return call.waits() && word == call.value && (word == taken_and_waited_for || word == musl_taken) && !user_lock(memory, args);
}

std::optional<std::int32_t> joined_thread(const FutexMemory& memory, const std::array<std::uint64_t, 6>& args) {
    const FutexCall call = futex_call_of(args);
    const std::uint32_t word = FutexWords(memory)[0];
    if (!call.waits() || !is_thread_number(word) || word != call.value) return std::nullopt;
    return static_cast<std::int32_t>(word);
}

bool waits_for_futex_word(const std::array<std::uint64_t, 6>& args) {
    const FutexCall call = futex_call_of(args);
    return call.waits() || call.command == futex_lock_pi || call.command == futex_lock_pi2;
}

bool is_shared_futex(const std::array<std::uint64_t, 6>& args) {
    return !(static_cast<std::uint32_t>(args[1]) & futex_private);
}

}  // namespace shimtrace::decoders
