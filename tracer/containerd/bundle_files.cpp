#include "tracer/containerd/bundle_files.hpp"

#include "decoders/oci/config.hpp"
#include "decoders/oci/typed_json.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/container_files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>

namespace shimtrace::containerd {

namespace {

std::string_view without_line_end(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

Pid parse_pid(std::string_view text) {
    text = without_line_end(text);
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number > 0 ? Pid{number} : Pid{};
}

void read_annotations(ContainerFiles& container, const std::map<std::string, std::string>& annotations) {
    const auto first_of = [&](std::initializer_list<std::string_view> keys) {
        for (const std::string_view key : keys) {
            if (const auto found = annotations.find(std::string(key)); found != annotations.end() && !found->second.empty())
                return found->second;
        }
        return std::string();
    };
    // CRI plugin (pkg/cri/annotations), cri-o; runc.v2's group annotation makes shims shared without CRI.
    if (std::string named = first_of({"io.kubernetes.cri.sandbox-id", "io.kubernetes.cri-o.SandboxID", "io.containerd.runc.v2.group"});
        !named.empty())
        container.sandbox = std::move(named);
    container.pod = first_of({"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"});
    container.pod_namespace = first_of({"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"});
    container.name = first_of({"io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name"});
}

void read_config(ContainerFiles& container, const BelievedPlace& bundle, const ReadBelieved& read) {
    const auto text = read(bundle.in("config.json"), most_json, Part::whole);
    if (!text) {
        if (container.bundle_exists && text.error().number != EACCES) container.config_json_error = text.error().message();
        return;
    }
    const auto checked = oci::parse_config(*text);
    if (!checked) {
        container.config_json_error = checked.error().text();
        return;
    }
    const auto refused = std::ranges::find(checked->problems, true, &oci::ConfigProblem::refused);
    if (refused != checked->problems.end()) container.config_json_error = refused->error.text();
    for (const oci::Hook& hook : checked->config.hooks) container.hooks.push_back({hook.kind, hook.path, hook.arguments});
    container.rootfs = checked->config.root;
    if (!container.rootfs.empty() && container.rootfs.front() != '/') container.rootfs = container.bundle + "/" + container.rootfs;
    read_annotations(container, checked->config.annotations);
}

/// What a bundle's options.json says about the runtime: its root.
std::string configured_root(const BelievedPlace& bundle, const ReadBelieved& read) {
    const auto text = read(bundle.in("options.json"), most_json, Part::whole);
    if (!text) return "";
    const auto options = oci::parse_json(*text);
    return options ? oci::string_at(*options, "/root") : "";
}

/// Where the shim that a bundle names has its runtime's state; empty: it has none (Kata's containers are in its virtual machine), or
/// where is not known.
std::string usual_root(const BelievedPlace& bundle, const ReadBelieved& read) {
    const auto shim = read(bundle.in("shim-binary-path"), 4096, Part::whole);
    const std::string_view name = shim ? program_name(without_line_end(*shim)) : "";
    if (name.empty() || name.starts_with("containerd-shim-runc")) return "/run/containerd/runc";
    return name.starts_with("containerd-shim-runsc") ? "/run/containerd/runsc" : "";
}

}  // namespace

void read_bundle(ContainerFiles& container, const BelievedPlace& bundle, const HostFiles& files, const ReadBelieved& read) {
    if (const auto address = read(bundle.in("address"), 4096, Part::whole)) {
        container.address = without_line_end(*address);
    } else if (const auto bootstrap = read(bundle.in("bootstrap.json"), most_json, Part::whole)) {
        if (const auto document = oci::parse_json(*bootstrap)) container.address = oci::string_at(*document, "/address");
    }
    // Of containerd 2.x: whose shim serves it.
    if (const auto sandbox = read(bundle.in("sandbox"), 4096, Part::whole); sandbox && container.sandbox.empty())
        container.sandbox = without_line_end(*sandbox);
    if (const auto names = files.list(container.bundle, 5000)) {
        for (const std::string& name : *names) {
            if (!name.ends_with(".pid")) continue;
            const auto text = read(bundle.in(name), 64, Part::whole);
            const Pid pid = text ? parse_pid(*text) : Pid{};
            if (name == "init.pid")
                container.init_pid = pid;
            else if (pid)
                container.execs.push_back({name.substr(0, name.size() - 4), pid});
        }
    }
    if (const auto log = read(bundle.in("log.json"), most_log, Part::tail)) container.log_errors = error_lines(*log, 10);
    read_config(container, bundle, read);
}

std::string runtime_root(const BelievedPlace& bundle, const ReadBelieved& read) {
    std::string root = configured_root(bundle, read);
    return root.empty() ? usual_root(bundle, read) : root;
}

}  // namespace shimtrace::containerd
