#include "tracer/containerd/mount_views.hpp"

#include "tracer/procfs/host_root.hpp"

#include <unistd.h>

#include <algorithm>

namespace shimtrace::containerd {

MountViews::MountViews(const Snapshot& snapshot) {
    for (const Process& process : snapshot.processes) processes_[process.pid] = &process;
    const auto found = processes_.find(Pid{::getpid()});
    const Process* self = found == processes_.end() ? nullptr : found->second;
    const Process* host = host::resident_of_host(snapshot);
    const Inode own = self ? self->ns.mnt : Inode{};
    const auto add = [&](const Process& one) {
        const Inode home = one.ns.mnt;
        if (std::ranges::find(views_, home, &View::mount_namespace) != views_.end()) return;
        views_.push_back({home == own ? HostFiles() : HostFiles::seen_by(one.pid), home});
    };
    if (own) {
        for (const ProcessRole role : {ProcessRole::containerd, ProcessRole::shim})
            for (const Process& one : snapshot.processes) {
                const bool serves = one.role.role == role && one.role.operation.empty() && one.state != ProcessState::zombie;
                const bool believed = one.ns_pids.size() == 1 && one.ns.user == self->ns.user;
                if (serves && believed && one.ns.mnt) add(one);
            }
        if (host) add(*host);
    }
    if (std::ranges::find(views_, own, &View::mount_namespace) == views_.end()) views_.push_back({HostFiles(), own});
}

const HostFiles& MountViews::of(Pid seen_through) const {
    const auto found = std::ranges::find_if(views_, [&](const View& view) { return view.files.process() == seen_through; });
    return found == views_.end() ? views_.front().files : found->files;
}

Inode MountViews::home_of(const Process& process) const {
    const Process* here = &process;
    for (int steps = 0; steps < 256 && here; ++steps) {
        if (std::ranges::find(views_, here->ns.mnt, &View::mount_namespace) != views_.end()) return here->ns.mnt;
        const auto parent = processes_.find(here->parent);
        here = parent == processes_.end() ? nullptr : parent->second;
    }
    return views_.front().mount_namespace;
}

Resident MountViews::residents_of(const View& view) const {
    return [this, home = view.mount_namespace](const Process& process) { return home_of(process) == home; };
}

}  // namespace shimtrace::containerd
