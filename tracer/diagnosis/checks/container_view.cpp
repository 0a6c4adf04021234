#include "tracer/diagnosis/checks/container_view.hpp"

#include "decoders/text/container_name.hpp"

#include <shimtrace/container_identity.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::audit {

bool ContainerView::is_running() const {
    return init != nullptr && !has_ended(init->state);
}

bool ContainerView::is_in_transit() const {
    // Nothing but a bundle, and that new: containerd has yet to start its shim.
    constexpr std::int64_t creation_s = 10;
    const bool nothing_yet = files.state_path.empty() && !files.init_pid && shim == nullptr && init == nullptr;
    if (shim_command != nullptr || (nothing_yet && facts.bundle_age_s.value_or(creation_s) < creation_s)) return true;
    if (runtime == nullptr) return false;
    const std::string& operation = runtime->role.operation;
    // `runc run` in the foreground stays for as long as its container.
    const bool makes_it =
        (operation == "run" || operation == "restore") && (init == nullptr || init->role.role == ProcessRole::runtime_init);
    return operation == "create" || operation == "delete" || makes_it;
}

const Process* find_process(const Snapshot& snapshot, Pid pid) {
    if (!pid) return nullptr;
    const auto found = std::ranges::find(snapshot.processes, pid, &Process::pid);
    return found == snapshot.processes.end() ? nullptr : &*found;
}

ContainerView container_view(const Snapshot& snapshot, const diagnosis::ProcessesByContainer& processes, const ContainerFiles& files,
                             const ContainerFacts& facts) {
    ContainerView subject{.files = files, .facts = facts};
    if (const Process* shim = processes.process(files.sandbox_shim); shim != nullptr && shim->state != ProcessState::zombie)
        subject.shim = shim;
    const Process* by_state = processes.process(files.state_init_pid);
    if (by_state != nullptr) {
        (is_init_of_state(files, *by_state) ? subject.init : subject.reused) = by_state;
    } else if (!files.state_init_pid) {
        // Only the pid file tells: believed where the process looks like the container's.
        const Process* by_file = processes.process(files.init_pid);
        if (by_file != nullptr && by_file->role.container == files.container) subject.init = by_file;
    }
    for (const Process* each : processes.of(files.container)) {
        const Process& process = *each;
        const ProcessRole role = process.role.role;
        if (role == ProcessRole::runtime && (subject.runtime == nullptr || !process.role.operation.empty())) subject.runtime = &process;
        if (role == ProcessRole::shim && !process.role.operation.empty() && process.state != ProcessState::zombie)
            subject.shim_command = &process;
        if ((role == ProcessRole::container_init || role == ProcessRole::sandbox) && subject.init == nullptr) subject.init = &process;
        if (diagnosis::is_program_of(process, files.container) && process.state != ProcessState::zombie)
            subject.processes.push_back(&process);
    }
    subject.patient = diagnosis::patient(snapshot, files.container, &files, subject.shim, subject.init);
    return subject;
}

std::string spoken(const ContainerRef& container) {
    return text::container_name(container);
}

std::string spoken(const Process& process) {
    return fmt::format("{}[{}]", process.comm, process.pid.value);
}

std::string spoken_age(std::int64_t seconds) {
    if (seconds < 120) return fmt::format("{} s", seconds);
    if (seconds < 7200) return fmt::format("{} min", seconds / 60);
    if (seconds < 172800) return fmt::format("{} h", seconds / 3600);
    return fmt::format("{} days", seconds / 86400);
}

}  // namespace shimtrace::audit
