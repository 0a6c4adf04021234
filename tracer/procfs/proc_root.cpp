#include "tracer/procfs/proc_root.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <thread>

namespace shimtrace::host {
namespace {

std::string root = "/proc";  // set once, before anything is read: which procfs is ours is a fact of this process
int own_mount = -1;

bool is_ours() {
    std::array<char, 16> text;
    const ssize_t got = ::readlink("/proc/self", text.data(), text.size());
    pid_t pid = 0;
    if (got <= 0) return true;
    std::from_chars(text.data(), text.data() + got, pid);
    return pid == ::getpid();
}

/// Mounted nowhere. A mount namespace of one thread's own is where it may be made: who is root in its user namespace alone may not
/// mount in the one that it was started in.
int make_proc() {
    int mount = -1;
    std::thread([&mount] {
        if (::unshare(CLONE_FS | CLONE_NEWNS) != 0) return;
        const int context = static_cast<int>(::syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC));
        if (context < 0) return;
        if (::syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0)
            mount = static_cast<int>(::syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0));
        ::close(context);
    }).join();
    return mount;
}

}  // namespace

bool use_own_proc() {
    if (own_mount >= 0 || is_ours()) return true;
    own_mount = make_proc();
    if (own_mount < 0) return false;
    root = "/proc/self/fd/" + std::to_string(own_mount);
    return true;
}

bool keep_own_proc_as(int kept) {
    if (own_mount < 0) return false;
    if (own_mount != kept && ::dup2(own_mount, kept) < 0) return false;
    own_mount = kept;
    root = "/proc/self/fd/" + std::to_string(kept);
    return true;
}

const std::string& proc_root() {
    return root;
}

std::string proc_path(Pid pid, const std::string& name) {
    return root + "/" + std::to_string(pid.value) + (name.empty() ? "" : "/" + name);
}

}  // namespace shimtrace::host
