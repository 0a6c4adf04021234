#include "tracer/session/checked_remedies.hpp"

#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace shimtrace::session {

namespace {

bool is_still_there(const host::ProcDirectory& proc, const NamedProcess& named) {
    if (named.start_time == 0) return true;  // not known
    const auto directory = proc.directory(named.pid.value);
    std::string scratch;
    const auto text = directory ? directory->read("stat", scratch) : std::unexpected(directory.error());
    const auto stat = text ? host::parse_stat(*text) : std::nullopt;
    return stat && stat->start_time == named.start_time;
}

}  // namespace

void check_named_processes(std::vector<Remedy>& remedies) {
    const auto proc = host::ProcDirectory::open();
    if (!proc) return;
    for (Remedy& remedy : remedies) {
        const auto gone = std::ranges::find_if(remedy.named, [&](const NamedProcess& named) { return !is_still_there(*proc, named); });
        if (remedy.command.empty() || gone == remedy.named.end()) continue;
        remedy.text += fmt::format(" (no command is given: {} has ended since it was looked at)", gone->pid.value);
        remedy.command.clear();
    }
}

void check_named_processes(Diagnosis& diagnosis) {
    check_named_processes(diagnosis.remedies);
    check_named_processes(diagnosis.also);
}

void check_named_processes(std::vector<Diagnosis>& diagnoses) {
    for (Diagnosis& diagnosis : diagnoses) check_named_processes(diagnosis);
}

bool is_of_this_boot(const HostInfo& host) {
    const auto proc = shimtrace::host::ProcDirectory::open("/proc/sys/kernel/random");
    std::string scratch;
    const auto text = proc ? proc->read("boot_id", scratch) : std::unexpected(proc.error());
    return text && !host.boot_id.empty() && text->starts_with(host.boot_id);
}

}  // namespace shimtrace::session
