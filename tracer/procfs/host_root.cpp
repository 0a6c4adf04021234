#include "tracer/procfs/host_root.hpp"

#include "tracer/procfs/proc_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>

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

/// Pid 1's, the kernel's threads' (the first mount namespace, also where a security module keeps pid 1 to itself) and our own: none
/// changes while we run.
const std::array<Home, 3>& homes() {
    static const std::array<Home, 3> known = [] {
        std::array<Home, 3> found;
        const auto proc = ProcDirectory::open();
        if (!proc) return found;
        if (const auto init = proc->directory("1")) found[0] = home_of(*init);
        if (const auto self = proc->directory("self")) found[1] = home_of(*self);
        if (const auto kthreadd = proc->directory("2")) {
            std::string scratch;
            const auto text = kthreadd->read("stat", scratch);
            const auto stat = text ? parse_stat(*text) : std::nullopt;
            if (stat && stat->kernel_thread()) found[2] = home_of(*kthreadd);
        }
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
    const auto with = [&](Pid pid) {
        const auto found = std::ranges::find(snapshot.processes, pid, &Process::pid);
        return found == snapshot.processes.end() || !found->ns.mnt ? nullptr : &*found;
    };
    if (const Process* init = with(Pid{1})) return init;
    const Process* kthreadd = with(Pid{2});
    const bool is_kernels = kthreadd && !kthreadd->parent && kthreadd->exe.empty() && kthreadd->command_line.empty();
    return is_kernels ? kthreadd : nullptr;
}

}  // namespace shimtrace::host
