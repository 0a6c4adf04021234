#include "decoders/text/shell_quoted.hpp"
#include "tracer/diagnosis/checks/check_list.hpp"
#include "tracer/diagnosis/checks/container_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::audit {

namespace {

constexpr std::string_view missing_mark = "missing: ";

/// "a:b:c", as systemd's driver has it: slice, prefix, name.
bool is_slice_shaped(std::string_view path) {
    return !path.starts_with('/') && std::ranges::count(path, ':') == 2;
}

}  // namespace

void state_missing(const ContainerView& subject, Findings& findings) {
    if (!subject.files.state_json_error.starts_with(missing_mark) || subject.is_in_transit()) return;
    // Where nothing lives any more it is but a part of what is left over.
    if (subject.live && subject.shim == nullptr && !subject.is_running() && !subject.files.exec_fifo) return;
    if (subject.live && subject.shim != nullptr && !subject.is_running()) return;
    const std::string path = subject.files.state_path.empty()
                                 ? fmt::format("{}/{}/state.json", subject.files.runc_root, subject.files.container.id)
                                 : subject.files.state_path;
    Finding& finding = findings.add(subject.files.container, fmt::format("runc has no state of it: {} is not there", path));
    if (subject.init != nullptr) finding.pids = {subject.init->pid};
    finding.beliefs = {{"runc", "no such container"}};
    if (subject.is_of_containerd()) finding.beliefs.push_back({"containerd", "has its bundle " + subject.files.bundle});
    if (subject.init != nullptr) finding.beliefs.push_back({"kernel", fmt::format("its init {} runs", subject.init->pid.value)});
    finding.remedies = diagnosis::remove_it(subject.patient);
    finding.remedies.push_back(diagnosis::list_all(subject.patient, "where it was moved, not deleted: name the root it is in"));
    finding.seen_for_s = moments_s;
}

void state_corrupt(const ContainerView& subject, Findings& findings) {
    const std::string& error = subject.files.state_json_error;
    if (error.empty() || error.starts_with(missing_mark) || !subject.files.state_json_exists) return;
    Finding& finding = findings.add(subject.files.container, fmt::format("{} can't be read: {}", subject.files.state_path, error));
    if (subject.init != nullptr) finding.pids = {subject.init->pid};
    finding.beliefs = {{"runc", "refuses it: " + error}};
    if (subject.init != nullptr)
        finding.beliefs.push_back(
            {"kernel", fmt::format("init {} {}", subject.init->pid.value, subject.is_running() ? "runs" : "has ended")});
    finding.remedies = diagnosis::remove_it(subject.patient);
    // runc writes the file anew and renames it: between, it is whole. Only its first moments are no proof.
    finding.seen_for_s = subject.runtime != nullptr ? removal_takes_s : moments_s;
}

void init_pid_mismatch(const ContainerView& subject, Findings& findings) {
    const Pid by_file = subject.files.init_pid, by_state = subject.files.state_init_pid;
    if (!by_file || !by_state || by_file == by_state || subject.files.remade || subject.is_in_transit()) return;
    Finding& finding =
        findings.add(subject.files.container, fmt::format("init.pid says {}, runc's state says {}", by_file.value, by_state.value));
    finding.pids = {by_file, by_state};
    finding.beliefs = {{"shim", fmt::format("{}/init.pid: {}", subject.files.bundle, by_file.value)},
                       {"runc", fmt::format("init_process_pid: {}", by_state.value)}};
    if (subject.live)
        finding.beliefs.push_back(
            {"kernel", subject.init != nullptr ? fmt::format("its init is {}", subject.init->pid.value) : "its init is gone"});
    finding.remedies = {diagnosis::remedy(
        "compare both with the processes",
        diagnosis::shell_line({"ps", "-o", "pid,lstart,args", "-p", fmt::format("{},{}", by_file.value, by_state.value)}), Risk::safe)};
    finding.seen_for_s = moments_s;
}

void config_invalid(const ContainerView& subject, Findings& findings) {
    const auto refused = std::ranges::find(subject.facts.config, true, &ConfigBreach::refused);  // the first is what the runtime stops at
    if (refused == subject.facts.config.end()) return;
    Finding& finding = findings.add(subject.files.container, fmt::format("{}/config.json, {}", subject.files.bundle, refused->text));
    finding.beliefs = {{"runc", "refuses the configuration"},
                       {subject.is_of_containerd() ? "containerd" : "caller", "wrote or was given this bundle"}};
    for (const std::string& line : subject.files.log_errors) finding.beliefs.push_back({"runc", line});
    finding.remedies = {{"mend that line; runc wants strict JSON as the OCI specification has it", "", Risk::safe}};
    finding.seen_for_s = moments_s;
}

void config_nonconformant(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        for (const ConfigBreach& breach : subject.facts.config) {
            if (breach.refused) continue;
            Finding& finding = findings.add(subject.files.container, fmt::format("{}/config.json, {}", subject.files.bundle, breach.text));
            finding.beliefs = {{"runc", "may let it pass"}, {"OCI", "the specification forbids it"}};
            finding.remedies = {{"mend that line", "", Risk::safe}};
        }
    });
}

namespace {

/// The version of the task API that the shim serves, as it has answered, or as all shims of its release do. 0: not known.
int served_version(const ContainerView& subject) {
    if (subject.facts.answer && subject.facts.answer->version != 0) return subject.facts.answer->version;
    const std::string_view release = subject.shim != nullptr ? std::string_view(subject.shim->version) : std::string_view();
    return release.starts_with("1.") || release.starts_with("v1.") ? 2 : 0;
}

}  // namespace

void bootstrap_wrong(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.facts.bootstrap || subject.is_in_transit()) return;
        const BootstrapFacts& bootstrap = *subject.facts.bootstrap;
        const std::string path = subject.files.bundle + "/bootstrap.json";
        if (!bootstrap.error.empty()) {
            Finding& finding = findings.add(subject.files.container, fmt::format("{} can't be used: {}", path, bootstrap.error));
            finding.beliefs = {{"containerd", "finds no shim of this container when it starts anew"}};
            if (subject.shim != nullptr) finding.beliefs.push_back({"kernel", fmt::format("its shim {} runs", subject.shim->pid.value)});
            finding.remedies = {{"end the container and its shim before containerd starts anew, and recreate it", "", Risk::destroys_data}};
            finding.seen_for_s = moments_s;
            return;
        }
        const int served = served_version(subject);
        if (served == 0 || bootstrap.version <= served) return;
        Finding& finding = findings.add(
            subject.files.container, fmt::format("{} says that its shim speaks version {} of the task API, and it speaks version {}", path,
                                                 bootstrap.version, served));
        if (subject.shim != nullptr) finding.pids = {subject.shim->pid};
        finding.beliefs = {{"containerd", fmt::format("{}: version {}, {}", path, bootstrap.version, bootstrap.protocol)},
                           {"shim", subject.facts.answer && subject.facts.answer->version != 0
                                        ? fmt::format("answered in version {}", served)
                                        : fmt::format("is of containerd {}, whose shims speak version {}", subject.shim->version, served)}};
        finding.remedies = {
            {"recreate the pod: a shim that was started by an older containerd goes on in its own version", "", Risk::disruptive}};
    });
}

void hook_unusable(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        for (const HookFacts& hook : subject.facts.hooks) {
            if (hook.problem.empty()) continue;
            // docker's daemon may be another process since; of its hooks only poststop's is still to come.
            if (hook.of_process && hook.kind != "poststop" && subject.init != nullptr && !subject.is_in_transit()) continue;
            Finding& finding = findings.add(subject.files.container, fmt::format("its {} hook {} {} (config.json, line {})", hook.kind,
                                                                                 hook.path, hook.problem, hook.line));
            finding.beliefs = {{"runc", fmt::format("runs {} at {}", hook.path, hook.kind)}, {"kernel", "it " + hook.problem}};
            finding.remedies = {
                diagnosis::remedy("install the hook, make it executable, or take it out of the configuration that puts it there",
                                  diagnosis::shell_line({"ls", "-ld", "--", hook.path}), Risk::safe)};
        }
    });
}

void runtime_failed(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (subject.files.log_errors.empty()) return;
        const std::string& last = subject.files.log_errors.back();
        const std::string_view explanation = explain_runtime_error(last);
        Finding& finding = findings.add(subject.files.container,
                                        fmt::format("the runtime has failed {} time{}, at last with: {}", subject.files.log_errors.size(),
                                                    subject.files.log_errors.size() == 1 ? "" : "s", last));
        for (const std::string& line : subject.files.log_errors) finding.beliefs.push_back({"runc", line});
        if (!explanation.empty()) finding.why = explanation;
        finding.remedies = {
            diagnosis::remedy("read all of its log", diagnosis::shell_line({"cat", subject.files.bundle + "/log.json"}), Risk::safe)};
    });
}

void cgroup_driver_mismatch(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (is_slice_shaped(subject.facts.cgroups_path) && subject.facts.state_read && !subject.facts.systemd_cgroup) {
            Finding& finding = findings.add(
                subject.files.container,
                fmt::format("its cgroup path '{}' is meant for systemd's driver, but cgroupfs made it", subject.facts.cgroups_path));
            finding.beliefs = {
                {subject.is_of_containerd() ? "kubelet" : "caller", "the systemd driver: it gives paths as slice:prefix:name"},
                {"runc", "cgroupfs: --systemd-cgroup was not given"}};
            finding.remedies = {{subject.is_of_containerd()
                                     ? "set SystemdCgroup = true in containerd's options for this runtime, then recreate the container"
                                     : "recreate it with --systemd-cgroup",
                                 "", Risk::disruptive}};
            return;
        }
        if (!subject.is_of_containerd() || !subject.facts.state_read) return;
        const auto instance = std::ranges::find(facts.instances, subject.files.state_dir, &InstanceFacts::state_dir);
        if (instance == facts.instances.end()) return;
        const auto configured = std::ranges::find(instance->runtimes, true, &InstanceFacts::Runtime::systemd_cgroup_set);
        if (configured == instance->runtimes.end()) return;
        const bool any_agrees = std::ranges::any_of(instance->runtimes, [&](const InstanceFacts::Runtime& runtime) {
            return runtime.systemd_cgroup_set && runtime.systemd_cgroup == subject.facts.systemd_cgroup;
        });
        if (any_agrees) return;
        Finding& finding = findings.add(subject.files.container,
                                        fmt::format("containerd is told SystemdCgroup = {}, its cgroup was made by {}",
                                                    configured->systemd_cgroup, subject.facts.systemd_cgroup ? "systemd" : "cgroupfs"));
        finding.beliefs = {{"containerd", fmt::format("{}, line {}: SystemdCgroup = {} for runtime {}", instance->config_path,
                                                      configured->line, configured->systemd_cgroup, configured->name)},
                           {"runc", fmt::format("{}, path {}", subject.facts.systemd_cgroup ? "systemd's driver" : "cgroupfs",
                                                subject.facts.cgroups_path.empty() ? subject.files.cgroup : subject.facts.cgroups_path)}};
        finding.remedies = {
            {"recreate it after the change of the configuration, or with the client's own option (ctr run --runc-systemd-cgroup)", "",
             Risk::disruptive}};
    });
}

void cgroup_missing(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.is_running() || subject.facts.cgroup_missing.empty() || subject.is_in_transit()) return;
        Finding& finding = findings.add(subject.files.container,
                                        fmt::format("{} of its cgroup directories {} not there", subject.facts.cgroup_missing.size(),
                                                    subject.facts.cgroup_missing.size() == 1 ? "is" : "are"));
        finding.pids = {subject.init->pid};
        for (const std::string& path : subject.facts.cgroup_missing) finding.beliefs.push_back({"kernel", "no " + path});
        finding.beliefs.push_back({"runc", "its state names them"});
        finding.remedies = {{"recreate the container", "", Risk::disruptive}};
    });
}

void cgroup_moved(const AuditFacts& facts, Findings& findings) {
    for_each_container(facts, [&](const ContainerView& subject) {
        if (!subject.is_running() || subject.files.cgroup.size() <= 1 || subject.init->cgroup.empty() ||
            !subject.facts.cgroup_missing.empty())
            return;
        // Version 1 shows "/" for a task that is exiting (proc_cgroup_show), which has no memory, hence no program, any more.
        if (subject.init->cgroup == "/" && subject.init->exe.empty()) return;
        // The init may make cgroups of its own below (systemd in a container).
        if (subject.init->cgroup == subject.files.cgroup || subject.init->cgroup.starts_with(subject.files.cgroup + "/")) return;
        Finding& finding = findings.add(
            subject.files.container, fmt::format("its init {} was moved to the cgroup {}", subject.init->pid.value, subject.init->cgroup));
        finding.pids = {subject.init->pid};
        finding.beliefs = {{"runc", subject.files.cgroup}, {"kernel", subject.init->cgroup}};
        finding.remedies = {{"find who moves processes between cgroups (systemd without Delegate=yes, a cgroup daemon)", "", Risk::safe}};
    });
}

}  // namespace shimtrace::audit
