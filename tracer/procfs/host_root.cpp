#include "tracer/procfs/host_root.hpp"

#include "tracer/procfs/proc_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::host {
namespace {

struct Home {
    Inode mount_namespace;  ///< 0: not known
    std::optional<struct statx> root;
};

Home home_of(const ProcDirectory& process) {
    Home home;
    if (const auto link = process.link("ns/mnt")) home.mount_namespace = Inode{bracketed_number(*link, "mnt:[").value_or(0)};
    if (const auto root = process.status("root")) home.root = *root;
    return home;
}

/// Who lives where the host does, the first that is to be seen before the others: pid 1, and kthreadd, which is in the first mount
/// namespace also where a security module keeps pid 1 to itself. In a pid namespace of its own pid 2 is anybody.
struct HostResident {
    Pid pid;
    bool kernel_thread;
};
constexpr std::array host_residents{HostResident{Pid{1}, false}, HostResident{Pid{2}, true}};

bool is_kernel_thread(const ProcDirectory& process) {
    std::string scratch;
    const auto text = process.read("stat", scratch);
    const auto stat = text ? parse_stat(*text) : std::nullopt;
    return stat && stat->kernel_thread();
}

/// Theirs and our own: none changes while we run.
const std::vector<Home>& homes() {
    static const std::vector<Home> known = [] {
        std::vector<Home> found;
        const auto proc = ProcDirectory::open();
        if (!proc) return found;
        for (const HostResident& resident : host_residents)
            if (const auto process = proc->directory(resident.pid.value);
                process && (!resident.kernel_thread || is_kernel_thread(*process)))
                found.push_back(home_of(*process));
        if (const auto self = proc->directory("self")) found.push_back(home_of(*self));
        return found;
    }();
    return known;
}

bool same(const struct statx& a, const struct statx& b) {
    return a.stx_ino == b.stx_ino && a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor;
}

}  // namespace

bool has_foreign_root(const ProcDirectory& process, Inode mount_namespace) {
    const auto lives_there = [&](const Home& home) { return home.mount_namespace == mount_namespace; };
    if (!mount_namespace || std::ranges::any_of(homes(), lives_there)) return false;
    if (std::ranges::none_of(homes(), [](const Home& home) { return home.mount_namespace && home.root; })) return false;
    const auto root = process.status("root");
    if (!root) return root.error() != EACCES && root.error() != EPERM && !vanished(root.error());
    return std::ranges::none_of(homes(), [&](const Home& home) { return home.root && same(*home.root, *root); });
}

const Process* resident_of_host(const Snapshot& snapshot) {
    for (const HostResident& resident : host_residents) {
        const auto found = std::ranges::find(snapshot.processes, resident.pid, &Process::pid);
        if (found == snapshot.processes.end() || !found->ns.mnt) continue;
        const bool is_kernels = !found->parent && found->exe.empty() && found->command_line.empty();
        if (!resident.kernel_thread || is_kernels) return &*found;
    }
    return nullptr;
}

}  // namespace shimtrace::host
