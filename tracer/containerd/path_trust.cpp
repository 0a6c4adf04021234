#include "tracer/containerd/path_trust.hpp"

#include "decoders/text/paths.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/process_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <set>

namespace shimtrace::containerd {

namespace {

constexpr std::uint32_t sticky = 01000, by_group = 020, by_others = 02;
constexpr std::size_t most_links = 16;

/// The names of a path, the last first.
std::vector<std::string> names_backwards(std::string_view path) {
    std::vector<std::string> names;
    while (!path.empty()) {
        const std::size_t slash = path.rfind('/');
        const std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
        if (!name.empty() && name != ".") names.emplace_back(name);
        path = slash == path.npos ? std::string_view{} : path.substr(0, slash);
    }
    return names;
}

Doubt doubt_of_owner(const FileFacts& facts, std::uint32_t owner) {
    return facts.uid == 0 || facts.uid == owner ? "" : fmt::format("user {} owns", facts.uid);
}

Doubt doubt_of_writers(const FileFacts& facts) {
    if ((facts.mode & by_others) != 0) return "everybody may write";
    if ((facts.mode & by_group) != 0) return fmt::format("group {} may write", facts.gid);
    return "";
}

/// What a container with it has can do anything on the host anyway: it tells nothing about who else may be believed.
bool is_all_of_the_host(std::string_view directory) {
    constexpr std::string_view kept_by_root[] = {"/run/containerd", "/run/runc", "/run/docker", "/run/k3s", "/etc", "/usr", "/var/lib"};
    return std::ranges::any_of(kept_by_root, [&](std::string_view kept) { return text::lies_in(kept, directory); });
}

bool is_writable(const Mount& mount) {
    return !mount.options.starts_with("ro,") && mount.options != "ro";
}

/// The value of "KEY=" among a mount's options.
std::string_view option_of(const Mount& mount, std::string_view key) {
    std::string_view rest = mount.options;
    while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        if (word.starts_with(key)) return word.substr(key.size());
    }
    return "";
}

/// 0: our own.
std::vector<Mount> mounts_of(Pid process) {
    const auto proc = host::ProcDirectory::open();
    if (!proc) return {};
    std::string scratch;
    const std::string name = process ? fmt::format("{}/mountinfo", process.value) : "thread-self/mountinfo";
    constexpr std::size_t most = std::size_t{16} << 20;
    if (const auto text = proc->read_records(name.c_str(), scratch, most)) return host::parse_mountinfo(*text, process);
    // Its first thread may have exited before the others.
    const auto directory = process ? proc->directory(process.value) : std::unexpected(ENOENT);
    const auto thread = directory ? host::living_thread(*directory, scratch) : std::nullopt;
    const auto text = thread ? thread->read_records("mountinfo", scratch, most) : std::unexpected(ENOENT);
    return text ? host::parse_mountinfo(*text, process) : std::vector<Mount>();
}

}  // namespace

Doubt doubt_of_entry(const FileFacts& facts, std::uint32_t owner) {
    Doubt doubt = doubt_of_owner(facts, owner);
    if (doubt.empty() && facts.type != FileType::link) doubt = doubt_of_writers(facts);
    // A runtime writes its files anew and renames them: no second name comes about.
    if (doubt.empty() && facts.type == FileType::regular && facts.links > 1) return "it has another name, somewhere else";
    return doubt.empty() ? "" : doubt + " it";
}

Doubt PathTrust::doubt_of(std::string_view directory, std::uint32_t owner) {
    return files_.is_copy() ? "" : place(directory, owner).doubt;
}

const PathTrust::Place& PathTrust::place(std::string_view directory, std::uint32_t owner) {
    const auto [known, fresh] = places_.try_emplace(fmt::format("{} {}", owner, directory));
    if (fresh) known->second = walk(directory, owner);
    return known->second;
}

const std::optional<FileFacts>& PathTrust::facts(const std::string& path) {
    const auto [known, fresh] = facts_.try_emplace(path);
    if (fresh) known->second = files_.facts(path);
    return known->second;
}

PathTrust::Place PathTrust::walk(std::string_view directory, std::uint32_t owner) {
    Place place;
    const auto doubt = [&](std::string why) {
        if (place.doubt.empty()) place.doubt = std::move(why);
    };
    if (!directory.starts_with('/')) doubt("it is no absolute path");
    std::vector<std::string> ahead = names_backwards(directory);
    std::size_t links = 0;
    while (!ahead.empty()) {
        const std::string name = std::move(ahead.back());
        ahead.pop_back();
        if (name == "..") {
            doubt("its path leads up again");
            return place;
        }
        const std::string next = place.path + "/" + name;
        const std::optional<FileFacts>& facts = this->facts(next);
        if (!facts) return place;
        if (const Doubt whose = doubt_of_owner(*facts, owner); !whose.empty()) doubt(fmt::format("{} {}", whose, next));
        if (facts->type == FileType::link) {
            if (facts->uid != 0) doubt(fmt::format("user {} has made the link {}", facts->uid, next));
            if (++links > most_links) {
                doubt("there are too many links on the way");
                return place;
            }
            const std::string target = files_.link(next);
            if (target.starts_with('/')) place.path.clear();
            std::ranges::copy(names_backwards(target), std::back_inserter(ahead));
            continue;
        }
        place.path = next;
        // In a sticky directory others can neither rename nor remove what is not theirs.
        const bool kept = (facts->mode & sticky) != 0 && !ahead.empty();
        if (const Doubt who = kept ? "" : doubt_of_writers(*facts); !who.empty()) doubt(fmt::format("{} {}", who, place.path));
    }
    if (place.path.empty()) place.path = "/";
    place.exists = true;
    return place;
}

std::string PathTrust::without_links(std::string_view directory, std::uint32_t owner) {
    return files_.is_copy() ? std::string(directory) : place(directory, owner).path;
}

Doubt PathTrust::doubt_of_named(std::string_view directory, std::uint32_t owner) {
    if (files_.is_copy()) return "";
    const Place found = place(directory, owner);
    if (!found.doubt.empty() || !found.exists) return found.doubt;
    const std::vector<Territory>& all = territories();
    // Where it lies: in the last of the deepest mounts over it.
    const Mount* covering = nullptr;
    for (const Mount& mount : own_mounts_) {
        if (text::lies_in(found.path, mount.mount_point) &&
            (covering == nullptr || mount.mount_point.size() >= covering->mount_point.size()))
            covering = &mount;
    }
    std::string within = found.path;
    if (covering != nullptr && covering->mount_point != "/") within.erase(0, covering->mount_point.size());
    if (covering != nullptr && covering->root != "/") within.insert(0, covering->root);
    if (within.empty()) within = "/";
    const auto holds = [&](const Territory& each) {
        if (each.device != 0) return covering != nullptr && each.device == covering->device && text::lies_in(within, each.root);
        if (each.root.starts_with('/')) return text::lies_in(found.path, each.root);
        return (found.path + "/").find("/" + each.root + "/") != std::string::npos;
    };
    const auto holder = std::ranges::find_if(all, holds);
    return holder == all.end() ? "" : fmt::format("the container of process {} has it among its own files", holder->seen_from.value);
}

const std::vector<PathTrust::Territory>& PathTrust::territories() {
    if (territories_) return *territories_;
    territories_.emplace();
    own_mounts_ = mounts_of(files_.process());
    for (std::size_t i = 0; i < own_mounts_.size(); ++i) own_by_device_.emplace(own_mounts_[i].device, i);
    std::set<Inode> seen;
    std::vector<const Process*> elsewhere;
    for (const Process& process : snapshot_.processes)
        if (process.foreign_root && process.state != ProcessState::zombie && seen.insert(process.ns.mnt).second)
            elsewhere.push_back(&process);
    if (const auto proc = mounts_ != nullptr ? host::ProcDirectory::open() : std::unexpected(ENOENT)) mounts_->read(*proc, elsewhere);
    // Who is gone by now does not hide the namespace: another process of it tells.
    std::set<Inode> told;
    for (const Process& process : snapshot_.processes) {
        if (!process.foreign_root || process.state == ProcessState::zombie || told.contains(process.ns.mnt)) continue;
        const auto* known = mounts_ != nullptr ? mounts_->find(process.ns.mnt) : nullptr;
        const std::vector<Mount> own = known != nullptr ? std::vector<Mount>() : mounts_of(process.pid);
        if (known == nullptr && own.empty()) continue;
        told.insert(process.ns.mnt);
        add_territories(process.pid, known != nullptr ? known->mounts : own);
    }
    return *territories_;
}

/// Its root and its volumes are directories of file systems that the host has as well; what it writes over an image is in an overlay's
/// upper directory.
void PathTrust::add_territories(Pid process, const std::vector<Mount>& mounts) {
    for (const Mount& mount : mounts) {
        if (!is_writable(mount)) continue;
        if (std::ranges::none_of(own_paths(mount.device, mount.root), is_all_of_the_host))
            territories_->push_back({mount.device, mount.root, process});
        if (mount.type != "overlay") continue;
        for (const std::string_view key : {"upperdir=", "workdir="}) {
            const std::string directory(option_of(mount, key));
            if (directory.starts_with('/'))
                territories_->push_back({0, place(directory, 0).path, process});
            else if (!directory.empty())
                territories_->push_back({0, directory, process});
        }
    }
}

std::vector<std::string> PathTrust::own_paths(std::uint64_t device, std::string_view root) const {
    std::vector<std::string> paths;
    const auto [first, last] = own_by_device_.equal_range(device);
    for (auto at = first; at != last; ++at) {
        const Mount& mount = own_mounts_[at->second];
        if (!text::lies_in(root, mount.root)) continue;
        const std::string_view rest = mount.root == "/" ? root : root.substr(mount.root.size());
        std::string path = mount.mount_point == "/" ? std::string(rest) : mount.mount_point + (rest == "/" ? "" : std::string(rest));
        paths.push_back(path.empty() ? "/" : std::move(path));
    }
    return paths;
}

}  // namespace shimtrace::containerd
