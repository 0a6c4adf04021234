#include "tracer/procfs/observer.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace shimtrace::host {
namespace {

// linux/include/linux/proc_ns.h: the first namespaces of a host have fixed inodes.
constexpr ino_t initial_users = 0xeffffffd, initial_pids = 0xeffffffc, initial_cgroups = 0xeffffffb;

/// True where it cannot be told: nothing is said to be missing then.
bool is_in(const char* link, ino_t initial) {
    struct stat found;
    return ::stat(link, &found) != 0 || found.st_ino == initial;
}

/// What belongs to the host and may be looked into: init, else the first of the kernel's threads.
OwnedFd host_cgroups() {
    for (const char* path : {"/proc/1/ns/cgroup", "/proc/2/ns/cgroup"}) {
        OwnedFd found(::open(path, O_RDONLY | O_CLOEXEC));
        if (found && is_in(path, initial_cgroups)) return found;
    }
    return OwnedFd(-1);
}

}  // namespace

Observer observer() {
    Observer seen{.known = true, .uid = ::geteuid()};
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, 2> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return {};
    seen.capabilities = data[0].effective | std::uint64_t{data[1].effective} << 32;
    seen.host_pids = is_in("/proc/self/ns/pid", initial_pids);
    seen.host_users = is_in("/proc/self/ns/user", initial_users);
    return seen;
}

bool is_host_cgroup_namespace(Inode inode) {
    return !inode || inode.value == initial_cgroups;
}

HostCgroupPaths::HostCgroupPaths() : own_(-1) {
    if (is_in("/proc/thread-self/ns/cgroup", initial_cgroups)) return;
    OwnedFd own(::open("/proc/thread-self/ns/cgroup", O_RDONLY | O_CLOEXEC));
    const OwnedFd host = host_cgroups();
    if (!own || !host) return;
    if (::setns(host.get(), CLONE_NEWCGROUP) == 0) own_ = std::move(own);
}

HostCgroupPaths::~HostCgroupPaths() {
    if (own_) ::setns(own_.get(), CLONE_NEWCGROUP);
}

}  // namespace shimtrace::host
