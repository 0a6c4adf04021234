#include "decoders_syscalls/kinds.hpp"
#include "decoders_syscalls/printer.hpp"
#include "decoders_syscalls/results.hpp"

namespace shimtrace::decoders {

static void plain(Printer& printer, const Slot& slot) {
    printer.address(slot.value);
}

namespace kinds {
const Kind arch_prctl_argument{.render = plain};
const Kind attribute_list{.render = plain};
const Kind attribute_value{.render = plain};
const Kind bpf_attribute{.render = plain};
const Kind capability_data_in{.render = plain};
const Kind capability_data_out{.render = plain};
const Kind capability_header{.render = plain};
const Kind cpu_set_in{.render = plain};
const Kind cpu_set_out{.render = plain};
const Kind fanotify_directory{.render = plain};
const Kind fanotify_flags{.render = plain};
const Kind file_handle_in{.render = plain};
const Kind file_handle_out{.render = plain};
const Kind fsconfig_aux{.render = plain};
const Kind fsconfig_key{.render = plain};
const Kind fsconfig_value{.render = plain};
const Kind io_uring_argument{.render = plain};
const Kind io_uring_parameters{.render = plain};
const Kind ioctl_argument{.render = plain};
const Kind ioctl_command{.render = plain};
const Kind ioprio_value{.render = plain};
const Kind ipc_command{.render = plain};
const Kind ipc_flags{.render = plain};
const Kind ipc_key{.render = plain};
const Kind ipc_message_in{.render = plain};
const Kind ipc_message_out{.render = plain};
const Kind kcmp_index{.render = plain};
const Kind kexec_flags{.render = plain};
const Kind key_serial{.render = plain};
const Kind keyctl_rest{.render = plain};
const Kind keyctl_second{.render = plain};
const Kind landlock_attributes{.render = plain};
const Kind landlock_rule{.render = plain};
const Kind message_command{.render = plain};
const Kind mount_attributes_in{.render = plain};
const Kind mount_data{.render = plain};
const Kind mount_flags{.render = plain};
const Kind mount_source{.render = plain};
const Kind mount_type{.render = plain};
const Kind old_directory_entries{.render = plain};
const Kind perf_attributes{.render = plain};
const Kind personality{.render = plain};
const Kind prctl_rest{.render = plain};
const Kind prctl_second{.render = plain};
const Kind prctl_third{.render = plain};
const Kind ptrace_address{.render = plain};
const Kind ptrace_data{.render = plain};
const Kind queue_attributes_create{.render = plain};
const Kind queue_attributes_in{.render = plain};
const Kind queue_attributes_out{.render = plain};
const Kind quota_command{.render = plain};
const Kind reboot_argument{.render = plain};
const Kind scheduling_attributes_in{.render = plain};
const Kind scheduling_attributes_out{.render = plain};
const Kind scheduling_parameter_in{.render = plain};
const Kind scheduling_parameter_out{.render = plain};
const Kind scheduling_policy{.render = plain};
const Kind seccomp_argument{.render = plain};
const Kind seccomp_flags{.render = plain};
const Kind semaphore_command{.render = plain};
const Kind semaphore_operations{.render = plain};
const Kind sendfile_offset{.render = plain};
const Kind swap_flags{.render = plain};
const Kind sysinfo{.render = plain};
const Kind syslog_action{.render = plain};
const Kind syslog_buffer{.render = plain};
const Kind uname{.render = plain};
}  // namespace kinds

namespace results {
void adjtimex(Printer& printer) {
    printer.decimal(printer.call().result());
}
void bpf(Printer& printer) {
    printer.decimal(printer.call().result());
}
void date(Printer& printer) {
    printer.decimal(printer.call().result());
}
void ioprio(Printer& printer) {
    printer.decimal(printer.call().result());
}
void landlock(Printer& printer) {
    printer.decimal(printer.call().result());
}
void personality(Printer& printer) {
    printer.decimal(printer.call().result());
}
void prctl(Printer& printer) {
    printer.decimal(printer.call().result());
}
void scheduler(Printer& printer) {
    printer.decimal(printer.call().result());
}
void signal_number(Printer& printer) {
    printer.decimal(printer.call().result());
}
}  // namespace results

}  // namespace shimtrace::decoders
