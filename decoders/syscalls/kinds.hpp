// The kinds of arguments, and short ways to say them in a row.
#pragma once

#include "decoders/syscalls/row.hpp"

namespace shimtrace::decoders {

namespace kinds {
// kinds_descriptor.cpp
extern const Kind syslog_length;
extern const Kind fd, directory_fd, close_range_end, fd_pair, poll_fds, fd_set, epoll_event, epoll_events;
// kinds_fcntl.cpp
extern const Kind fcntl_argument;
// kinds_file.cpp
extern const Kind stat, statx, statx_flags, statfs, directory_entries, open_how, mknod_device, file_mode, memfd_flags;
// kinds_number.cpp
extern const Kind decimal32, decimal64, unsigned32, unsigned64, address, hex32, hex64, hex_number, octal_mode, user_id, flags32, flags64,
    constant32, constant64, constant_decimal32, open_flags, open_mode, signal, device, pid, socket_type, clock_id, poll_timeout;
// of single calls and families: kinds_bpf.cpp, kinds_futex.cpp, kinds_io_uring_register.cpp, kinds_ioctl.cpp, kinds_ipc.cpp,
// kinds_ipc_control.cpp, kinds_memory.cpp, kinds_message.cpp, kinds_mount.cpp, kinds_network.cpp, kinds_process_control.cpp,
// kinds_scheduling.cpp, kinds_system.cpp
extern const Kind arch_prctl_argument, attribute_list, attribute_value, attribute_value_in, bpf_attribute, capability_data_in,
    capability_data_out, capability_header, cpu_set_in, cpu_set_out, fanotify_directory, fanotify_flags, file_handle_in, file_handle_out,
    fsconfig_aux, fsconfig_key, fsconfig_value, futex_operation, futex_second, futex_timeout, futex_value, futex_value3, futex_waitv,
    futex_waitv_pair, io_uring_argument, io_uring_parameters, ioctl_argument, ioctl_command, ioprio_value, ipc_command, ipc_flags, ipc_key,
    ipc_message_in, ipc_message_out, kcmp_index, kexec_flags, key_serial, keyctl_argument, landlock_attributes, landlock_rule,
    memory_policy, memory_policy32, memory_policy_out, message_command, message_in, message_out, messages_in, messages_out, mincore_vector,
    mmap_flags, mount_attributes_in, mount_data, mount_flags, mount_source, mount_type, moved_nodes, moved_pages, moved_status,
    mremap_address, node_mask_in, node_mask_out, old_directory_entries, perf_attributes, personality, prctl_rest, prctl_second, prctl_third,
    ptrace_address, ptrace_data, ptrace_pid, msg_status, queue_attributes_create, queue_attributes_in, queue_attributes_out, quota_command,
    reboot_argument, scheduling_attributes_in, scheduling_attributes_out, scheduling_parameter_in, scheduling_parameter_out,
    scheduling_policy, seccomp_argument, seccomp_flags, sem_status, semaphore_command, semaphore_operations, sendfile_offset, shm_flags,
    shm_status, socket_address_in, socket_address_out, socket_length, socket_option, socket_protocol, socket_value_in, socket_value_out,
    swap_flags, sysinfo, syslog_action, syslog_buffer, uname;
// kinds_process.cpp
extern const Kind clone_stack, clone_flags, clone_parent_tid, clone_tls, clone_child_tid, clone_args, wait_status, rusage, waitid_id,
    rlimit_in, rlimit_out, rlimit64_in, rlimit64_out, restart;
// kinds_signal.cpp
extern const Kind signal_set_in, signal_set_out, sigaction_in, sigaction_out, signal_stack_in, signal_stack_out, siginfo_in, siginfo_out,
    signal_return, pselect_mask;
// kinds_text.cpp
extern const Kind path, link_text, out_text, string, strings, environment, in_buffer, out_buffer, out_buffer_hex, in_iovec, out_iovec,
    remote_iovec;
// kinds_time.cpp
extern const Kind timespec_in, timespec_out, timespec_remaining, timespec_left, timeval_left, utimes_pair, timeval_in, timeval_out,
    timeval_pair, timezone_in, timezone_out, itimerspec_in, itimerspec_out, itimerval_in, itimerval_out, timex, times, utimbuf, time_out,
    sigevent, timer_id;
// kinds_value.cpp
extern const Kind in_int32, out_int32, in_uint32, out_uint32, in_int64, out_int64, inout_int64, out_uint64, out_address, in_ids, out_ids;
}  // namespace kinds

/// Arguments, as rows say them.
namespace arguments {

using enum WaitsFor;
using enum DescriptorEffect;
using enum Moves;

constexpr Argument of(std::string_view name, const Kind& kind, std::uint8_t other = 0, std::uint16_t size = 0) {
    return {name, &kind, nullptr, nullptr, other, -1, size};
}
constexpr Argument number(std::string_view name) {
    return of(name, kinds::decimal32);
}
constexpr Argument number64(std::string_view name) {
    return of(name, kinds::decimal64);
}
constexpr Argument count(std::string_view name) {
    return of(name, kinds::unsigned32);
}
constexpr Argument size(std::string_view name) {
    return of(name, kinds::unsigned64);
}
constexpr Argument address(std::string_view name) {
    return of(name, kinds::address);
}
constexpr Argument hex(std::string_view name) {
    return of(name, kinds::hex_number);
}
constexpr Argument fd(std::string_view name) {
    return of(name, kinds::fd);
}
constexpr Argument directory_fd(std::string_view name) {
    return of(name, kinds::directory_fd);
}
constexpr Argument path(std::string_view name) {
    return of(name, kinds::path);
}
/// The text of a symbolic link: a path that nobody looks up.
constexpr Argument link_text(std::string_view name) {
    return of(name, kinds::link_text);
}
constexpr Argument string(std::string_view name) {
    return of(name, kinds::string);
}
constexpr Argument mode(std::string_view name) {
    return of(name, kinds::octal_mode);
}
constexpr Argument pid(std::string_view name) {
    return of(name, kinds::pid);
}
constexpr Argument id(std::string_view name) {
    return of(name, kinds::user_id);
}
constexpr Argument signal(std::string_view name) {
    return of(name, kinds::signal);
}
constexpr Argument flags(std::string_view name, const FlagSet& set) {
    return {name, &kinds::flags32, &set};
}
constexpr Argument flags64(std::string_view name, const FlagSet& set) {
    return {name, &kinds::flags64, &set};
}
constexpr Argument constant(std::string_view name, const FlagSet& set) {
    return {name, &kinds::constant32, &set};
}
constexpr Argument constant64(std::string_view name, const FlagSet& set) {
    return {name, &kinds::constant64, &set};
}
/// A buffer that the call reads; `length` is the index of the argument with its length.
constexpr Argument in_buffer(std::string_view name, std::uint8_t length) {
    return of(name, kinds::in_buffer, length);
}
/// A buffer that the call fills with as many bytes as it returns.
constexpr Argument out_buffer(std::string_view name) {
    return of(name, kinds::out_buffer);
}
constexpr Argument in_iovec(std::string_view name, std::uint8_t length) {
    return of(name, kinds::in_iovec, length);
}
constexpr Argument out_iovec(std::string_view name, std::uint8_t length) {
    return of(name, kinds::out_iovec, length);
}
/// An argument that is printed at another place than it is passed at.
constexpr Argument from(std::int8_t index, Argument argument) {
    argument.index = index;
    return argument;
}

}  // namespace arguments

}  // namespace shimtrace::decoders
