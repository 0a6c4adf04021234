#include "decoders/syscalls/compat.hpp"

#include "decoders/constants/file.hpp"
#include "decoders/syscalls/kinds.hpp"
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

/// Kinds that read no memory, or memory that looks the same in 32 bits.
constexpr const Kind* same[] = {
    &kinds::fd,
    &kinds::directory_fd,
    &kinds::close_range_end,
    &kinds::fd_pair,
    &kinds::poll_fds,
    &kinds::fd_set,
    &kinds::epoll_event,
    &kinds::epoll_events,
    &kinds::fcntl_argument,
    &kinds::statx,
    &kinds::statx_flags,
    &kinds::directory_entries,
    &kinds::open_how,
    &kinds::mknod_device,
    &kinds::file_mode,
    &kinds::memfd_flags,
    &kinds::decimal32,
    &kinds::unsigned32,
    &kinds::unsigned64,
    &kinds::address,
    &kinds::hex32,
    &kinds::hex64,
    &kinds::hex_number,
    &kinds::octal_mode,
    &kinds::user_id,
    &kinds::flags32,
    &kinds::flags64,
    &kinds::constant32,
    &kinds::constant64,
    &kinds::constant_decimal32,
    &kinds::open_flags,
    &kinds::open_mode,
    &kinds::signal,
    &kinds::device,
    &kinds::pid,
    &kinds::socket_type,
    &kinds::clock_id,
    &kinds::poll_timeout,
    &kinds::capability_data_in,
    &kinds::capability_data_out,
    &kinds::capability_header,
    &kinds::cpu_set_in,
    &kinds::cpu_set_out,
    &kinds::file_handle_in,
    &kinds::file_handle_out,
    &kinds::futex_waitv,
    &kinds::futex_waitv_pair,
    &kinds::landlock_attributes,
    &kinds::landlock_rule,
    &kinds::perf_attributes,
    &kinds::moved_nodes,
    &kinds::moved_status,
    &kinds::attribute_value,
    &kinds::attribute_value_in,
    &kinds::attribute_list,
    &kinds::socket_value_in,
    &kinds::socket_value_out,
    &kinds::fanotify_directory,
    &kinds::fanotify_flags,
    &kinds::kexec_flags,
    &kinds::memory_policy,
    &kinds::memory_policy32,
    &kinds::memory_policy_out,
    &kinds::message_command,
    &kinds::ptrace_address,
    &kinds::ptrace_data,
    &kinds::ptrace_pid,
    &kinds::quota_command,
    &kinds::seccomp_flags,
    &kinds::semaphore_command,
    &kinds::fsconfig_aux,
    &kinds::fsconfig_key,
    &kinds::fsconfig_value,
    &kinds::futex_operation,
    &kinds::futex_second,
    &kinds::futex_value,
    &kinds::futex_value3,
    &kinds::io_uring_parameters,
    &kinds::ioctl_command,
    &kinds::ioprio_value,
    &kinds::ipc_command,
    &kinds::ipc_flags,
    &kinds::ipc_key,
    &kinds::kcmp_index,
    &kinds::key_serial,
    &kinds::mincore_vector,
    &kinds::mmap_flags,
    &kinds::mount_attributes_in,
    &kinds::mount_data,
    &kinds::mount_flags,
    &kinds::mount_source,
    &kinds::mount_type,
    &kinds::mremap_address,
    &kinds::personality,
    &kinds::prctl_rest,
    &kinds::prctl_second,
    &kinds::prctl_third,
    &kinds::reboot_argument,
    &kinds::scheduling_attributes_in,
    &kinds::scheduling_attributes_out,
    &kinds::scheduling_parameter_in,
    &kinds::scheduling_parameter_out,
    &kinds::scheduling_policy,
    &kinds::semaphore_operations,
    &kinds::shm_flags,
    &kinds::socket_address_in,
    &kinds::socket_address_out,
    &kinds::socket_length,
    &kinds::socket_option,
    &kinds::socket_protocol,
    &kinds::swap_flags,
    &kinds::syslog_action,
    &kinds::syslog_buffer,
    &kinds::syslog_length,
    &kinds::uname,
    &kinds::clone_stack,
    &kinds::clone_flags,
    &kinds::clone_parent_tid,
    &kinds::clone_tls,
    &kinds::clone_child_tid,
    &kinds::clone_args,
    &kinds::wait_status,
    &kinds::waitid_id,
    &kinds::rlimit64_in,
    &kinds::rlimit64_out,
    &kinds::restart,
    &kinds::signal_set_in,
    &kinds::signal_set_out,
    &kinds::path,
    &kinds::link_text,
    &kinds::out_text,
    &kinds::string,
    &kinds::strings,
    &kinds::environment,
    &kinds::in_buffer,
    &kinds::out_buffer,
    &kinds::out_buffer_hex,
    &kinds::in_iovec,
    &kinds::out_iovec,
    &kinds::remote_iovec,
    &kinds::timezone_in,
    &kinds::timezone_out,
    &kinds::timer_id,
    &kinds::in_int32,
    &kinds::out_int32,
    &kinds::in_uint32,
    &kinds::out_uint32,
    &kinds::in_int64,
    &kinds::out_int64,
    &kinds::inout_int64,
    &kinds::in_ids,
    &kinds::out_ids,
    &kinds::compat::high_low,  // _llseek stands among the 64-bit rows
};

/// Kinds of times and offsets: those of has_wide_times() have them as 64-bit programs do.
struct Narrow {
    const Kind *wide, *narrow;
};
constexpr Narrow narrow_times[] = {
    {&kinds::timespec_in, &kinds::compat::timespec_in},
    {&kinds::timespec_out, &kinds::compat::timespec_out},
    {&kinds::timespec_remaining, &kinds::compat::timespec_remaining},
    {&kinds::timespec_left, &kinds::compat::timespec_left},
    {&kinds::itimerspec_in, &kinds::compat::itimerspec_in},
    {&kinds::itimerspec_out, &kinds::compat::itimerspec_out},
    {&kinds::utimes_pair, &kinds::compat::utimes_pair},
    {&kinds::futex_timeout, &kinds::compat::futex_timeout},
    {&kinds::sendfile_offset, &kinds::compat::sendfile_offset},
    {&kinds::timex, &kinds::address},
};

/// What other kinds are replaced with.
constexpr Narrow narrow[] = {
    {&kinds::decimal64, &kinds::decimal32},
    {&kinds::out_uint64, &kinds::out_uint32},
    {&kinds::out_address, &kinds::compat::out_address},
    {&kinds::timeval_left, &kinds::compat::timeval_left},
    {&kinds::timeval_in, &kinds::compat::timeval_in},
    {&kinds::timeval_out, &kinds::compat::timeval_out},
    {&kinds::timeval_pair, &kinds::compat::timeval_pair},
    {&kinds::itimerval_in, &kinds::compat::itimerval_in},
    {&kinds::itimerval_out, &kinds::compat::itimerval_out},
    {&kinds::times, &kinds::compat::times},
    {&kinds::utimbuf, &kinds::compat::utimbuf},
    {&kinds::time_out, &kinds::compat::time_out},
    {&kinds::rusage, &kinds::compat::rusage},
    {&kinds::rlimit_in, &kinds::compat::rlimit_in},
    {&kinds::rlimit_out, &kinds::compat::rlimit_out},
    {&kinds::sigaction_in, &kinds::compat::sigaction_in},
    {&kinds::sigaction_out, &kinds::compat::sigaction_out},
    {&kinds::signal_stack_in, &kinds::compat::signal_stack_in},
    {&kinds::signal_stack_out, &kinds::compat::signal_stack_out},
};

/// Kinds of structs that look different in 32 bits and are rare: shown as their address.
constexpr const Kind* as_address[] = {&kinds::bpf_attribute,
                                      &kinds::io_uring_argument,
                                      &kinds::ioctl_argument,
                                      &kinds::message_in,
                                      &kinds::message_out,
                                      &kinds::messages_in,
                                      &kinds::messages_out,
                                      &kinds::ipc_message_in,
                                      &kinds::ipc_message_out,
                                      &kinds::moved_pages,
                                      &kinds::msg_status,
                                      &kinds::node_mask_in,
                                      &kinds::node_mask_out,
                                      &kinds::old_directory_entries,
                                      &kinds::pselect_mask,
                                      &kinds::queue_attributes_in,
                                      &kinds::queue_attributes_out,
                                      &kinds::seccomp_argument,
                                      &kinds::sem_status,
                                      &kinds::shm_status,
                                      &kinds::sigevent,
                                      &kinds::siginfo_in,
                                      &kinds::siginfo_out,
                                      &kinds::signal_return,
                                      &kinds::statfs,
                                      &kinds::sysinfo};

/// nullptr: nothing is known of it in 32 bits.
const Kind* compat_kind(const Kind* kind, std::string_view call) {
    if (kind == &kinds::stat) return call.ends_with("64") ? &kinds::compat::stat64 : &kinds::compat::stat;
    if (std::ranges::find(same, kind) != std::end(same)) return kind;
    if (std::ranges::find(as_address, kind) != std::end(as_address)) return &kinds::address;
    if (const auto* row = std::ranges::find(narrow_times, kind, &Narrow::wide); row != std::end(narrow_times))
        return has_wide_times(call) ? kind : row->narrow;
    const auto* row = std::ranges::find(narrow, kind, &Narrow::wide);
    return row != std::end(narrow) ? row->narrow : nullptr;
}

/// Arguments that are at another place, or of another kind, than that of the 64-bit call's argument tells.
struct Special {
    std::string_view call;
    std::size_t argument;
    const Kind* kind;  ///< nullptr: the same
    std::int8_t index = -1;
};
constexpr Special special[] = {
    {"clone", 3, nullptr, 3},  // tls
    {"clone", 4, nullptr, 4},  // child_tidptr
    {"ftruncate64", 1, &kinds::compat::low_high},
    {"mmap2", 5, &kinds::compat::page_offset},
    {"pread64", 3, &kinds::compat::low_high},
    {"pwrite64", 3, &kinds::compat::low_high},
    {"truncate64", 1, &kinds::compat::low_high},
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

std::optional<SyscallRow> compat_row(std::string_view name, unsigned arguments, const SyscallRow& native) {
    if (std::ranges::find(passed_otherwise, name) != std::end(passed_otherwise)) return std::nullopt;
    SyscallRow row = native;
    row.name = name;
    row.count = std::min<std::size_t>(row.count, arguments);
    for (Argument& argument : std::span(row.table).first(row.count)) {
        const Kind* kind = compat_kind(argument.kind, name);
        if (kind == nullptr) return std::nullopt;
        argument.kind = kind == &kinds::user_id && has_16_bit_ids(name) ? &kinds::compat::user_id16 : kind;
        if (argument.flags == &fcntl_commands) argument.flags = &fcntl_commands32;
    }
    for (const Special& one : special) {
        if (one.call != name) continue;
        if (one.kind != nullptr) row.table[one.argument].kind = one.kind;
        if (one.index >= 0) row.table[one.argument].index = one.index;
    }
    return row;
}

}  // namespace shimtrace::decoders
