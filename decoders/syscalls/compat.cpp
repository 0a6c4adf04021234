#include "decoders/syscalls/compat.hpp"

#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/numbers.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace shimtrace::decoders {

namespace {

struct Renamed {
    std::string_view compat, native;
};
constexpr Renamed renamed[] = {
    {"_newselect", "select"}, {"fstatat64", "newfstatat"},     {"mmap2", "mmap"},           {"oldfstat", "fstat"}, {"oldlstat", "lstat"},
    {"oldstat", "stat"},      {"sigsuspend", "rt_sigsuspend"}, {"ugetrlimit", "getrlimit"}, {"umount", "umount2"}, {"waitpid", "wait4"},
};

/// Calls whose arguments stand in memory or at other places, are split over two registers, or lead to other structs and to 16-bit ids.
constexpr std::string_view passed_otherwise[] = {"fadvise64", "fallocate",      "fanotify_mark", "fstatfs64",      "getgroups", "getresgid",
                                                 "getresuid", "lookup_dcookie", "mmap",          "oldfstat",       "oldlstat",  "oldstat",
                                                 "preadv",    "preadv2",        "pwritev",       "pwritev2",       "readahead", "select",
                                                 "setgroups", "sigsuspend",     "statfs64",      "sync_file_range"};

/// Of arm alone: a number of 64 bits begins in an even register, and in structs at a multiple of 8.
constexpr std::string_view passed_otherwise_on_arm[] = {"fcntl64",    "fstat64",   "fstatat64", "ftruncate64", "lstat64",   "pread64",
                                                        "preadv",     "pwrite64",  "pwritev",   "readahead",   "semctl",    "stat64",
                                                        "truncate64", "mq_notify", "msgctl",    "shmctl",      "newfstatat"};

/// nullptr: nothing is known of it in 32 bits.
const ArgumentType* compat_type(const ArgumentType* type, std::string_view call) {
    const ArgumentType* form = type->compat64 != nullptr && has_wide_times(call) ? type->compat64 : type->compat;
    if (form == nullptr) return type->capture == nullptr ? type : nullptr;
    return form == &types::same ? type : form;
}

/// Arguments that are at another place, or of another type, than that of the 64-bit call's argument tells.
struct Special {
    std::string_view call;
    std::size_t argument;
    const ArgumentType* type;  ///< nullptr: the same
    std::int8_t index = -1;
};
constexpr Special special[] = {
    {"clone", 3, nullptr, 3},  // tls
    {"clone", 4, nullptr, 4},  // child_tidptr
    {"ftruncate64", 1, &types::compat_low_high},
    {"mmap2", 5, &types::compat_page_offset},
    {"pread64", 3, &types::compat_low_high},
    {"pwrite64", 3, &types::compat_low_high},
    {"truncate64", 1, &types::compat_low_high},
};

bool has_16_bit_ids(std::string_view name) {
    return std::ranges::any_of(i386_numbers(),
                               [&](const Numbered32& row) { return row.name.starts_with(name) && row.name.substr(name.size()) == "32"; });
}

}  // namespace

std::string_view native_name(std::string_view name, const std::function<bool(std::string_view)>& is_native) {
    if (is_native(name)) return name;
    if (const auto* row = std::ranges::find(renamed, name, &Renamed::compat); row != std::end(renamed)) return row->native;
    for (const std::string_view suffix : {"_time64", "64", "32"}) {
        if (!name.ends_with(suffix)) continue;
        const std::string_view plain = name.substr(0, name.size() - suffix.size());
        if (is_native(plain)) return plain;
    }
    return name;
}

bool has_wide_times(std::string_view name) {
    constexpr std::string_view since_times_are_wide[] = {"epoll_pwait2", "futex_wait", "futex_waitv"};
    return name.ends_with("64") || std::ranges::find(since_times_are_wide, name) != std::end(since_times_are_wide);
}

std::optional<SyscallRow> compat_row(Arch arch, std::string_view name, unsigned arguments, const SyscallRow& native) {
    if (std::ranges::find(passed_otherwise, name) != std::end(passed_otherwise)) return std::nullopt;
    if (arch == Arch::arm && std::ranges::find(passed_otherwise_on_arm, name) != std::end(passed_otherwise_on_arm)) return std::nullopt;
    SyscallRow row = native;
    row.name = name;
    row.count = std::min<std::size_t>(row.count, arguments);
    for (Argument& argument : std::span(row.table).first(row.count)) {
        const ArgumentType* type = compat_type(argument.type, name);
        if (type == nullptr) return std::nullopt;
        argument.type = type == &types::user_id && has_16_bit_ids(name) ? &types::compat_user_id16 : type;
    }
    for (const Special& one : special) {
        if (one.call != name) continue;
        if (one.type != nullptr) row.table[one.argument].type = one.type;
        if (one.index >= 0) row.table[one.argument].index = one.index;
    }
    return row;
}

}  // namespace shimtrace::decoders
