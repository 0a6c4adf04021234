#include "tracer/containerd/engine_names.hpp"

#include "decoders/oci/typed_json.hpp"
#include "decoders/text/container_name.hpp"
#include "tracer/containerd/believed_files.hpp"
#include "tracer/containerd/command_line.hpp"
#include "tracer/containerd/layout.hpp"
#include "tracer/containerd/path_trust.hpp"
#include "tracer/containerd/provenance.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace shimtrace::containerd {

namespace {

constexpr std::size_t most_engine_file = 4U << 20U;
constexpr std::string_view usual_data_root = "/var/lib/docker", usual_nerdctl_root = "/var/lib/nerdctl";

/// Where a dockerd keeps its containers' files, and containerd's namespace for them.
struct DockerData {
    std::string root, ns;
    bool named = false;  ///< somebody said so; else it is where docker keeps them

    auto operator<=>(const DockerData&) const = default;
};

class NameReader {
public:
    NameReader(Snapshot& snapshot, const HostFiles& files, const Resident& residents)
        : snapshot_(snapshot), files_(files), lives_here_(residents), trust_(snapshot, files), believed_(files, trust_) {}

    void read() {
        for (const DockerData& docker : dockers()) read_docker(docker);
        read_nerdctl();
    }

private:
    [[nodiscard]] bool is_here(const ContainerFiles& container) const { return container.seen_through == files_.process(); }

    [[nodiscard]] std::set<DockerData> dockers() const {
        std::set<DockerData> found;
        for (const Process& process : snapshot_.processes) {
            if (program_name(process.exe) != "dockerd" || process.uid != 0 || !is_of_host(process) || !lives_here_(process)) continue;
            const DockerdCommand command = parse_dockerd(process.command_line);
            DockerData docker{command.data_root, command.ns.empty() ? "moby" : command.ns, true};
            if (docker.root.empty()) docker.root = configured_root(command);
            if (docker.root.empty()) docker.root = usual_data_root;
            docker.root = canonical_path(docker.root);
            docker.named = docker.root != usual_data_root;
            found.insert(std::move(docker));
        }
        found.insert({std::string(usual_data_root), "moby", false});
        return found;
    }

    [[nodiscard]] std::string configured_root(const DockerdCommand& command) const {
        const auto text = files_.read(command.config_file.empty() ? "/etc/docker/daemon.json" : command.config_file, most_engine_file);
        const auto document = text ? oci::parse_json(*text) : std::unexpected(oci::JsonError{});
        if (!document) return "";
        const std::string root = oci::string_at(*document, "/data-root");
        return root.empty() ? oci::string_at(*document, "/graph") : root;
    }

    void read_docker(const DockerData& docker) {
        const std::string directory = docker.root + "/containers";
        std::optional<bool> believed;
        for (ContainerFiles& container : snapshot_.containers) {
            if (container.container.ns != docker.ns || container.owner != 0 || !container.engine_name.empty() || !is_here(container))
                continue;
            if (!believed) believed = (docker.named ? trust_.doubt_of_named(directory, 0) : trust_.doubt_of(directory, 0)).empty();
            if (!*believed) return;
            const auto text = believed_.read({directory, container.container.id + "/config.v2.json"}, most_engine_file).text;
            const auto document = text ? oci::parse_json(*text) : std::unexpected(oci::JsonError{});
            if (document) take_docker(container, *document);
        }
    }

    static void take_docker(ContainerFiles& container, const oci::Json& document) {
        std::string name = oci::string_at(document, "/Name");
        if (name.starts_with('/')) name.erase(0, 1);
        container.engine_name = std::move(name);
        const auto label = [&](std::string_view key) {
            return oci::string_at(document, "/Config/Labels/io.kubernetes." + std::string(key));
        };
        if (std::string pod = label("pod.name"); container.pod.empty() && !pod.empty()) {
            const bool sandbox = label("docker.type") == "podsandbox";
            container.pod = std::move(pod);
            container.pod_namespace = label("pod.namespace");
            container.name = sandbox ? "" : label("container.name");
            container.sandbox = sandbox ? container.container.id : label("sandbox.id");
        }
    }

    /// ROOT/HASH/names/NAMESPACE/NAME holds the id; HASH is of containerd's address.
    void read_nerdctl() {
        const std::string root(usual_nerdctl_root);
        const auto nameless = [&](const ContainerFiles& container) {
            return container.engine_name.empty() && container.pod.empty() && container.owner == 0 && !container.container.ns.empty() &&
                   is_here(container);
        };
        std::map<ContainerRef, ContainerFiles*> wanted;
        for (ContainerFiles& container : snapshot_.containers)
            if (nameless(container)) wanted.emplace(container.container, &container);
        const auto addresses = wanted.empty() ? std::unexpected(Error{}) : files_.list(root, 100);
        if (!addresses || !trust_.doubt_of(root, 0).empty()) return;
        std::set<std::string> namespaces;
        for (const auto& [ref, container] : wanted) namespaces.insert(ref.ns);
        for (const std::string& address : *addresses) {
            for (const std::string& ns : namespaces) {
                const std::string directory = root + "/" + address + "/names/" + ns;
                const auto names = files_.list(directory);
                if (!names || !trust_.doubt_of(directory, 0).empty()) continue;
                for (const std::string& name : *names) {
                    const auto id = believed_.read({directory, name}, 256).text;
                    const auto container = id ? wanted.find(ContainerRef{ns, *id}) : wanted.end();
                    if (container != wanted.end()) container->second->engine_name = name;
                }
            }
        }
    }

    Snapshot& snapshot_;
    const HostFiles& files_;
    const Resident& lives_here_;
    PathTrust trust_;
    BelievedFiles believed_;
};

}  // namespace

void read_engine_names(Snapshot& snapshot, const HostFiles& files, const Resident& residents) {
    NameReader(snapshot, files, residents).read();
}

void name_containers(Snapshot& snapshot) {
    for (ContainerFiles& files : snapshot.containers) files.container.name = text::given_name(files);
}

}  // namespace shimtrace::containerd
