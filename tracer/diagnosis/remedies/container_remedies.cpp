#include "tracer/diagnosis/remedies/container_remedies.hpp"

#include "decoders/text/shell_quoted.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace shimtrace::diagnosis {

namespace {

bool is_of_containerd(const Patient& patient) {
    return !patient.ref.ns.empty();
}

bool is_of_kubernetes(const Patient& patient) {
    return patient.files && !patient.files->pod.empty() && !patient.files->pod_namespace.empty();
}

bool is_pod_sandbox(const Patient& patient) {
    return patient.files && patient.files->sandbox == patient.ref.id;
}

bool is_alive(const Process* process) {
    return process && !has_ended(process->state);
}

std::string name_problem(const Patient& patient) {
    std::string problem = bad_name("id", patient.ref.id);
    if (problem.empty() && is_of_containerd(patient)) problem = bad_name("namespace", patient.ref.ns);
    return problem;
}

Remedy called(std::string_view name, Remedy remedy) {
    remedy.name = name;
    return remedy;
}

using Words = std::vector<std::string>;

Words runtime_words(const ContainerFiles* files) {
    Words words;
    // A rootless container's runtime is its owner's: as another user it knows no such container.
    if (files && files->owner != 0)
        words = {"sudo", "-u", fmt::format("#{}", files->owner), "env", fmt::format("XDG_RUNTIME_DIR=/run/user/{}", files->owner)};
    words.push_back(files && !files->runtime.empty() ? files->runtime : std::string("runc"));
    if (files && !files->runc_root.empty()) words.insert(words.end(), {"--root", files->runc_root});
    return words;
}

/// WORDS REST… ID.
ShellLine on_container(Words words, std::initializer_list<const char*> rest, const Patient& patient) {
    if (std::string problem = name_problem(patient); !problem.empty()) return {.text = {}, .refused = std::move(problem)};
    words.insert(words.end(), rest.begin(), rest.end());
    words.push_back(patient.ref.id);
    return shell_line(words);
}

ShellLine by_runtime(const Patient& patient, std::initializer_list<const char*> rest) {
    return on_container(runtime_words(patient.files), rest, patient);
}

ShellLine by_ctr(const Patient& patient, std::initializer_list<const char*> rest) {
    Words words{"ctr"};
    const std::string address = patient.files ? patient.files->containerd_address : std::string();
    if (!address.empty() && address != "/run/containerd/containerd.sock") words.insert(words.end(), {"-a", address});
    words.insert(words.end(), {"-n", patient.ref.ns});
    return on_container(std::move(words), rest, patient);
}

ShellLine by_crictl(const Patient& patient, std::initializer_list<const char*> rest) {
    Words words{"crictl"};
    const std::string address = patient.files ? patient.files->containerd_address : std::string();
    if (!address.empty()) words.insert(words.end(), {"--runtime-endpoint", "unix://" + address});
    return on_container(std::move(words), rest, patient);
}

/// Its pod's name may be made up like any annotation.
ShellLine by_kubectl(const ContainerFiles& files, std::initializer_list<const char*> rest) {
    std::string problem = bad_name("pod", files.pod);
    if (problem.empty()) problem = bad_name("namespace", files.pod_namespace);
    if (!problem.empty()) return {.text = {}, .refused = std::move(problem)};
    Words words{"kubectl", "-n", files.pod_namespace};
    words.insert(words.end(), rest.begin(), rest.end());
    words.push_back(files.pod);
    return shell_line(words);
}

/// Its own client does not answer as long as its containerd cannot: it would hang beside the container.
bool daemon_answers(const Patient& patient) {
    return !patient.daemon_gone && !(patient.daemon && (is_stopped(*patient.daemon) || !is_alive(patient.daemon)));
}

ShellLine remove_cgroup(const Patient& patient) {
    std::string cgroup = patient.files ? patient.files->cgroup : std::string();
    if (cgroup.size() <= 1 && patient.init) cgroup = patient.init->cgroup;
    if (cgroup.size() <= 1 || cgroup.find_first_of("*?[]\\") != cgroup.npos || cgroup.find("..") != cgroup.npos) return {};
    // Whichever hierarchies there are; a cgroup that is still in use stays.
    return shell_line({"find", "/sys/fs/cgroup", "-depth", "-type", "d", "(", "-path", "*" + cgroup, "-o", "-path", "*" + cgroup + "/*",
                       ")", "-exec", "rmdir", "{}", ";"});
}

ShellLine remove_bundle(const ContainerFiles& files) {
    if (!files.bundle_exists || !files.bundle.starts_with('/')) return {};
    const std::string rootfs = files.bundle + "/rootfs";
    const ShellLine mounted = shell_line({"mountpoint", "-q", rootfs}), unmount = shell_line({"umount", rootfs});
    const ShellLine take_away = shell_line({"rm", "-r", "--one-file-system", files.bundle});
    if (!mounted.refused.empty()) return mounted;
    return and_then({.text = fmt::format("{{ ! {} || {}; }}", mounted.text, unmount.text)}, take_away);
}

bool has_sound_state(const ContainerFiles& files) {
    return files.state_json_exists && files.state_json_error.empty();
}

/// Ends the init, and waits until the kernel has taken it away: its cgroup is busy until then.
ShellLine end_init(const Process& init) {
    const std::string pid = std::to_string(init.pid.value);
    return and_then(kill_line("KILL", init.pid), shell_line({"timeout", "10", "tail", "--pid=" + pid, "-f", "/dev/null"}));
}

/// Where the runtime can read its state it knows what belongs to it; else the state's directory and the cgroups are taken away by hand.
Remedy remove_by_hand(const Patient& patient) {
    const ContainerFiles& files = *patient.files;
    const std::string text = "end it by hand, and take away what is left of it";
    if (std::string problem = name_problem(patient); !problem.empty())
        return remedy(text, {.text = {}, .refused = std::move(problem)}, Risk::destroys_data);
    if (has_sound_state(files))
        return remedy(text, and_then(by_runtime(patient, {"delete", "--force"}), remove_bundle(files)), Risk::destroys_data);
    ShellLine line;
    const Process* init = is_alive(patient.init) ? patient.init : nullptr;
    const bool shim_goes_on = is_of_containerd(patient) && is_alive(patient.shim) && daemon_answers(patient);
    if (init) line = shim_goes_on ? kill_line("KILL", init->pid) : end_init(*init);
    if (!files.state_path.empty())
        line = and_then(std::move(line), shell_line({"rm", "-r", files.state_path.substr(0, files.state_path.rfind('/'))}));
    if (shim_goes_on)
        line =
            and_then(std::move(line), and_then(by_ctr(patient, {"task", "delete", "--force"}), by_ctr(patient, {"container", "delete"})));
    else
        line = and_then(std::move(line), remove_bundle(files));
    return remedy(text, and_then(std::move(line), remove_cgroup(patient)), Risk::destroys_data, {init});
}

std::string command_line_words(const Process& process) {
    Words words = process.command_line;
    if (words.empty()) words.push_back(process.comm);
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + text::shell_quoted(printable(word, 200));
    return printable(text, 400);
}

/// The systemd unit in whose cgroup a process is: "k3s.service"; empty: none.
std::string unit_of(const Process* process) {
    if (!process) return {};
    const std::string& path = process->cgroup;
    const std::size_t end = path.rfind(".service");
    if (end == path.npos || (end + 8 != path.size() && path[end + 8] != '/')) return {};
    const std::size_t begin = path.rfind('/', end);
    const std::string unit = path.substr(begin + 1, end + 8 - begin - 1);
    return bad_name("unit", unit).empty() ? unit : std::string();
}

}  // namespace

Patient patient(const Snapshot& snapshot, const ContainerRef& ref, const ContainerFiles* files, const Process* shim, const Process* init) {
    Patient made{.ref = ref, .files = files, .shim = shim, .init = init};
    if (!files || files->containerd_address.empty()) return made;
    for (const Process& process : snapshot.processes) {
        if (process.role.role != ProcessRole::containerd) continue;
        const bool listens = std::ranges::any_of(process.fds, [&](const FdEntry& entry) {
            return entry.target.socket && entry.target.socket->local == files->containerd_address;
        });
        if (listens) made.daemon = &process;
    }
    const bool anybody_listens = std::ranges::any_of(
        snapshot.sockets, [&](const SocketFacts& socket) { return socket.state == "LISTEN" && socket.local == files->containerd_address; });
    made.daemon_gone = !made.daemon && !anybody_listens && !snapshot.sockets.empty();
    return made;
}

std::string runtime_command(const ContainerFiles& files) {
    return shell_line(runtime_words(&files)).text;
}

Remedy start_it(const Patient& patient) {
    if (is_of_kubernetes(patient) && !is_pod_sandbox(patient))
        return called("start", remedy("start it", by_crictl(patient, {"start"}), Risk::disruptive));
    // ctr has no start for a task that is created: its `task start` makes one anew, and fails.
    const std::string_view text =
        is_of_containerd(patient) ? "start it by its runtime (containerd goes on calling it created)" : "start it";
    return called("start", remedy(std::string(text), by_runtime(patient, {"start"}), Risk::disruptive));
}

Remedy resume_it(const Patient& patient) {
    // What was sent meanwhile has effect then, and who paused it (a checkpoint, a backup) loses his pause.
    return called("resume",
                  remedy("thaw it", is_of_containerd(patient) ? by_ctr(patient, {"task", "resume"}) : by_runtime(patient, {"resume"}),
                         Risk::disruptive));
}

Remedy thaw_cgroup(const Cgroup& cgroup, std::string text) {
    const ShellLine line = cgroup.v2 ? writing("0", fmt::format("/sys/fs/cgroup{}/cgroup.freeze", cgroup.frozen_by))
                                     : writing("THAWED", fmt::format("/sys/fs/cgroup/freezer{}/freezer.state", cgroup.frozen_by));
    return called("thaw-above", remedy(std::move(text), line, Risk::disruptive));
}

Remedy raise_limit(const Patient& patient, std::uint64_t bytes) {
    std::vector<std::string> words = runtime_words(patient.files);
    words.insert(words.end(), {"update", "--memory", std::to_string(bytes), "--memory-swap", std::to_string(bytes)});
    return called("raise-memory", remedy("double its memory limit; it takes memory from others",
                                         on_container(std::move(words), {}, patient), Risk::disruptive));
}

Remedy kill_it(const Patient& patient, std::string text) {
    if (is_of_kubernetes(patient) && !is_pod_sandbox(patient))
        return called("kill-container", remedy(std::move(text), by_crictl(patient, {"stop", "--timeout", "0"}), Risk::disruptive));
    return called("kill-container",
                  remedy(std::move(text),
                         is_of_containerd(patient) ? by_ctr(patient, {"task", "kill", "-s", "SIGKILL"}) : by_runtime(patient, {"kill"}),
                         Risk::disruptive));
}

Remedy delete_ended(const Patient& patient) {
    if (is_of_kubernetes(patient) && !is_pod_sandbox(patient))
        return called("delete-ended", remedy("remove it", by_crictl(patient, {"rm"}), Risk::disruptive));
    return called("delete-ended",
                  remedy("delete the task; its exit status is given then", by_ctr(patient, {"task", "delete"}), Risk::disruptive));
}

Remedy look_at_it(const Patient& patient) {
    return called("look", remedy("look at it where it is", by_runtime(patient, {"state"}), Risk::safe));
}

Remedy list_all(const Patient& patient, std::string text) {
    std::vector<std::string> words = runtime_words(patient.files);
    words.emplace_back("list");
    return called("list", remedy(std::move(text), shell_line(words), Risk::safe));
}

std::vector<Remedy> remove_it(const Patient& patient) {
    std::vector<Remedy> ways;
    if (is_of_kubernetes(patient)) {
        ways.push_back(called("delete-pod", remedy("delete its pod: kubelet ends it, and makes it anew where something wants it",
                                                   by_kubectl(*patient.files, {"delete", "pod"}), Risk::destroys_data)));
        const bool sandbox = is_pod_sandbox(patient);
        if (daemon_answers(patient) && is_alive(patient.shim))
            ways.push_back(
                called("crictl-remove", remedy(sandbox ? "or remove the pod's sandbox" : "or remove the container; kubelet makes it anew",
                                               by_crictl(patient, {sandbox ? "rmp" : "rm", "--force"}), Risk::destroys_data)));
    }
    if (!patient.files) return ways;
    const bool sound = has_sound_state(*patient.files);
    if (sound && !is_of_containerd(patient))
        ways.push_back(remedy("delete it", by_runtime(patient, {"delete", "--force"}), Risk::destroys_data));
    else if (sound && is_alive(patient.shim) && daemon_answers(patient))
        ways.push_back(remedy("delete it",
                              and_then(by_ctr(patient, {"task", "delete", "--force"}), by_ctr(patient, {"container", "delete"})),
                              Risk::destroys_data));
    else
        ways.push_back(remove_by_hand(patient));
    ways.back().name = "remove";
    return ways;
}

Remedy start_daemon(const Process& shim, const std::string& address, std::string_view what_then) {
    const std::string unit = unit_of(&shim);
    if (!unit.empty())
        return called("restart-containerd",
                      remedy(fmt::format("start containerd: {}", what_then), shell_line({"systemctl", "start", unit}), Risk::safe));
    return called("restart-containerd",
                  remedy(fmt::format("start containerd: {} (the one that listened on {})", what_then, printable(address, most_shown)), {},
                         Risk::safe));
}

Remedy restart_daemon(const Patient& patient, std::string_view what_then, Risk risk) {
    const bool gone = patient.daemon_gone || !is_alive(patient.daemon);
    std::string unit = unit_of(patient.daemon);
    if (unit.empty()) unit = unit_of(patient.shim);  // a shim stays in the cgroup of the containerd that started it, where systemd did
    const std::string_view verb = patient.daemon_gone ? "start" : "restart";
    if (!unit.empty())
        return called("restart-containerd",
                      remedy(fmt::format("{} containerd: {}", verb, what_then), shell_line({"systemctl", std::string(verb), unit}), risk));
    std::string who_it_is;
    if (!gone)
        who_it_is = fmt::format("it is {}[{}], of no systemd unit, with the command line: {}", printable(patient.daemon->comm, 32),
                                patient.daemon->pid.value, command_line_words(*patient.daemon));
    else if (patient.files && !patient.files->containerd_address.empty())
        who_it_is = fmt::format("the one that listens on {}", printable(patient.files->containerd_address, most_shown));
    else
        who_it_is = "no unit of it is known";
    return called("restart-containerd", remedy(fmt::format("{} containerd: {} ({})", verb, what_then, who_it_is), {}, risk));
}

}  // namespace shimtrace::diagnosis
