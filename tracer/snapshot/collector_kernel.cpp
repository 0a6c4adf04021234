// A part of the Collector: what the kernel tells of its own locks, devices and mounts, read only where something asks for it.
#include "decoders/kernel/served_file_systems.hpp"
#include "decoders/kernel/user_faults.hpp"
#include "decoders/text/paths.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/kernel_log.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/snapshot/collector.hpp"

#include <shimtrace/container_identity.hpp>

#include <dirent.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <ranges>
#include <set>
#include <string_view>

namespace shimtrace::host {
namespace {

bool sleeps_in(const Process& process, std::string_view function) {
    return std::ranges::any_of(process.threads, [&](const Thread& thread) {
        return std::ranges::any_of(thread.kernel_stack,
                                   [&](const std::string& frame) { return frame.find(function) != std::string::npos; });
    });
}

bool any_in_state_d(const std::vector<Process>& processes) {
    const auto in_state_d = [](const Thread& thread) { return thread.state == ProcessState::uninterruptible; };
    return std::ranges::any_of(processes, [&](const Process& process) { return std::ranges::any_of(process.threads, in_state_d); });
}

/// The path of a line of maps, below `directory`; empty: none is.
std::string mapped_below(std::string_view maps, std::string_view directory) {
    while (!maps.empty()) {
        const std::string_view line = maps.substr(0, maps.find('\n'));
        maps.remove_prefix(std::min(maps.size(), line.size() + 1));
        const std::size_t path = line.find('/');
        if (path != line.npos && text::lies_in(line.substr(path), directory)) return std::string(line.substr(path));
    }
    return {};
}

/// What of it lies on the mount: the first that is found.
std::optional<MountHolder> hold_of(const Process& process, const std::string& mount_point) {
    const auto hold = [&](std::string how, const std::string& path) {
        return MountHolder{.mount_point = mount_point, .pid = process.pid, .how = std::move(how), .path = path};
    };
    if (text::lies_in(process.cwd, mount_point)) return hold("its working directory", process.cwd);
    if (text::lies_in(process.root, mount_point)) return hold("its root directory", process.root);
    for (const FdEntry& entry : process.fds)
        if (text::lies_in(entry.target.path, mount_point)) return hold("descriptor " + std::to_string(entry.fd.value), entry.target.path);
    if (text::lies_in(process.exe, mount_point)) return hold("its program", process.exe);
    return std::nullopt;
}

/// The device of the file system on which a path lies, as these mounts have it; 0: none has it.
std::uint64_t device_under(const std::vector<Mount>& mounts, std::string_view path) {
    const Mount* best = nullptr;
    for (const Mount& mount : mounts)
        if (text::lies_in(path, mount.mount_point) && (!best || mount.mount_point.size() >= best->mount_point.size())) best = &mount;
    return best ? best->device : 0;
}

/// What a device is made of: device-mapper's and RAID's are listed; a loop device's is a file.
void add_devices_below(const std::string& path, const ProcDirectory& directory, const std::vector<Mount>& mounts, BlockDevice& device,
                       std::string& scratch) {
    constexpr std::size_t most = 64;
    const std::unique_ptr<DIR, int (*)(DIR*)> slaves(::opendir((path + "/slaves").c_str()), ::closedir);
    while (const dirent* entry = slaves ? ::readdir(slaves.get()) : nullptr) {
        const std::string name = entry->d_name;
        if (name.starts_with('.') || device.below.size() >= most) continue;
        const auto text = directory.read(("slaves/" + name + "/dev").c_str(), scratch);
        if (!text) continue;
        unsigned numbers[2] = {0, 0};
        const char* const end = text->data() + text->size();
        const auto colon = std::from_chars(text->data(), end, numbers[0]);
        if (colon.ptr == end || *colon.ptr != ':') continue;
        std::from_chars(colon.ptr + 1, end, numbers[1]);
        device.below.push_back(makedev(numbers[0], numbers[1]));
    }
    if (const auto text = directory.read("loop/backing_file", scratch)) {
        device.backing_file = text->substr(0, text->find('\n'));
        if (const std::uint64_t under = device_under(mounts, device.backing_file)) device.below.push_back(under);
    }
}

}  // namespace

void Collector::bind_sleepers(std::string_view function, bool (*may_wake)(const OpenFile&)) {
    std::vector<Pid> waiters;
    for (const Process& process : snapshot_.processes)
        if (sleeps_in(process, function)) waiters.push_back(process.pid);
    if (waiters.empty()) return;
    for (const Process& process : snapshot_.processes)
        if (std::ranges::any_of(process.fds, [&](const FdEntry& entry) { return may_wake(entry.target); }))
            for (const Pid waiter : waiters) bind(waiter, process.pid);
}

/// Who waits for a permission may wait for anybody who has a fanotify group: which, its marks tell.
void Collector::bind_fanotify() {
    bind_sleepers("fanotify_", [](const OpenFile& file) { return file.kind == OpenFileKind::fanotify; });
}

/// Who waits for a page that a process gives may wait for anybody who has a userfaultfd.
void Collector::bind_fault_handlers() {
    bind_sleepers(kernel::user_fault, [](const OpenFile& file) { return file.path == kernel::userfaultfd_link; });
}

namespace {

bool waits_for_page_of_file(const Thread& thread) {
    return thread.state == ProcessState::uninterruptible && thread.syscall < 0 &&
           std::ranges::any_of(thread.kernel_stack,
                               [](const SharedText& frame) { return frame.find("filemap_fault") != std::string::npos; });
}

bool is_served(const Mount& mount) {
    return kernel::is_served(mount.type);
}

/// A path among these mappings that lies on a mount with a server, where it can be but one: empty for several such mounts, or where the
/// program lies there itself and others of its files elsewhere.
std::string served_mapping(std::string_view maps, const std::vector<Mount>& mounts) {
    const Mount *program = nullptr, *served = nullptr;
    std::string first;
    bool others = false;
    while (!maps.empty()) {
        const std::string_view line = maps.substr(0, maps.find('\n'));
        maps.remove_prefix(std::min(maps.size(), line.size() + 1));
        const std::size_t at = line.find('/');
        const std::string_view path = at == line.npos ? std::string_view() : line.substr(at);
        const Mount* best = nullptr;
        for (const Mount& mount : mounts)
            if (!path.empty() && text::lies_in(path, mount.mount_point) && (!best || mount.mount_point.size() >= best->mount_point.size()))
                best = &mount;
        if (!best) continue;
        if (!program) program = best;
        if (!is_served(*best)) {
            others = true;
        } else if (served && served != best) {
            return {};
        } else if (!std::exchange(served, best)) {
            first = path;
        }
    }
    return served == program && others ? std::string() : first;
}

}  // namespace

void Collector::name_faulting_files(const Positions& processes) {
    for (const std::size_t position : processes) {
        Process& process = snapshot_.processes[position];
        if (std::ranges::none_of(process.threads, waits_for_page_of_file)) continue;
        const auto* table = mounts_of(process);
        if (!table || std::ranges::none_of(table->mounts, is_served)) continue;
        const auto directory = proc_.directory(process.pid.value);
        const auto maps = directory ? read_in_time(*directory, process.pid, {.name = "maps", .records = true}) : std::unexpected(ESRCH);
        if (!maps) continue;
        const std::string path = served_mapping(*maps, table->mounts);
        for (Thread& thread : process.threads)
            if (waits_for_page_of_file(thread) && thread.path_argument.empty()) thread.path_argument = path;
    }
}

/// The log is read only where some thread is in state D.
void Collector::bind_lock_owners() {
    const auto& processes = snapshot_.processes;
    if (!any_in_state_d(processes)) return;
    hung_tasks_ = parse_hung_tasks(read_kernel_log());
    for (const HungTask& task : hung_tasks_) {
        const auto waiter = std::ranges::find_if(processes, [&](const Process& process) {
            return std::ranges::find(process.threads, task.task, &Thread::tid) != process.threads.end();
        });
        if (waiter == processes.end()) continue;
        snapshot_.hung_tasks.push_back(task);
        if (!task.owner) continue;
        // The log has the thread's number; /proc knows whose it is.
        std::string scratch;
        const auto text = proc_.read((std::to_string(task.owner.value) + "/status").c_str(), scratch);
        const std::int32_t owner = text ? parse_status(*text).thread_group : task.owner.value;
        bind(waiter->pid, Pid{owner});
    }
}

void Collector::list_block_devices() {
    if (!any_in_state_d(snapshot_.processes)) return;
    std::set<std::uint64_t> devices;
    for (const Mount& mount : snapshot_.mounts)
        if (major(mount.device) != 0) devices.insert(mount.device);
    for (const std::uint64_t device : devices) {
        const std::string path = "/sys/dev/block/" + std::to_string(major(device)) + ":" + std::to_string(minor(device));
        const auto directory = ProcDirectory::open(path.c_str());
        if (!directory) continue;
        BlockDevice found{.device = device};
        std::string scratch;
        if (const auto text = directory->read("inflight", scratch)) {
            const char* at = text->data();
            const char* const end = at + text->size();
            for (std::uint64_t* count : {&found.reads_in_flight, &found.writes_in_flight}) {
                while (at != end && *at == ' ') ++at;
                at = std::from_chars(at, end, *count).ptr;
            }
        }
        if (const auto text = directory->read("uevent", scratch))
            if (const std::size_t name = text->find("DEVNAME="); name != text->npos) {
                const std::string_view rest = text->substr(name + 8);
                found.name = rest.substr(0, rest.find('\n'));
            }
        if (const auto text = directory->read("dm/suspended", scratch)) found.suspended = text->starts_with('1');
        add_devices_below(path, *directory, snapshot_.mounts, found, scratch);
        snapshot_.block_devices.push_back(std::move(found));
    }
}

constexpr std::size_t most_mount_holders = 256;

/// Of containers whose init is gone and whose root file system, or what lies on it, is still mounted where their shim is.
void Collector::list_mount_holders() {
    constexpr std::size_t most_mapped = 1024;
    std::vector<UnheldMount> unheld;
    for (const ContainerFiles& files : snapshot_.containers) {
        const Pid init = named_init(files);
        if (files.rootfs.empty() || files.rootfs == "/" || !init || index_->find(init) ||
            snapshot_.mount_holders.size() >= most_mount_holders)
            continue;
        const auto home = index_->find(files.sandbox_shim ? files.sandbox_shim : Pid{self_});
        const auto* table = home ? mounts_of(snapshot_.processes[*home]) : nullptr;
        if (!table) continue;
        const Inode here = snapshot_.processes[*home].ns.mnt;
        const auto mounted = std::ranges::find(table->mounts, files.rootfs, &Mount::mount_point);
        if (mounted == table->mounts.end()) continue;
        for (const Mount& mount : table->mounts)
            if (mount.mount_point != files.rootfs && text::lies_in(mount.mount_point, files.rootfs))
                snapshot_.mount_holders.push_back({.mount_point = files.rootfs, .pid = {}, .how = "a mount", .path = mount.mount_point});
        bool held = false;
        for (std::size_t position = 0; position < snapshot_.processes.size(); ++position) {
            const Process& process = snapshot_.processes[position];
            if (kernel_threads_[position] || process.state == ProcessState::zombie) continue;
            if (auto holder = hold_of(process, files.rootfs)) {
                holder->same_mounts = process.ns.mnt == here;
                held |= holder->same_mounts;
                snapshot_.mount_holders.push_back(std::move(*holder));
            }
        }
        if (!held && snapshot_.processes.size() <= most_mapped) unheld.push_back({files.rootfs, here});
    }
    list_mapped_below(unheld);
}

void Collector::list_mapped_below(const std::vector<UnheldMount>& mounts) {
    const auto is_full = [&] { return snapshot_.mount_holders.size() >= most_mount_holders; };
    for (std::size_t position = 0; !mounts.empty() && !is_full() && position < snapshot_.processes.size(); ++position) {
        const Process& process = snapshot_.processes[position];
        if (kernel_threads_[position] || process.state == ProcessState::zombie || process.pid.value == self_) continue;
        const auto sees = [&](const UnheldMount& mount) { return mount.seen_in == process.ns.mnt; };
        const auto directory = std::ranges::any_of(mounts, sees) ? proc_.directory(process.pid.value) : std::unexpected(ESRCH);
        const auto maps = directory ? read_in_time(*directory, process.pid, {.name = "maps", .records = true}) : std::unexpected(ESRCH);
        if (!maps) continue;
        for (const UnheldMount& mount : mounts | std::views::filter(sees))
            if (std::string path = mapped_below(*maps, mount.point); !path.empty())
                snapshot_.mount_holders.push_back(
                    {.mount_point = mount.point, .pid = process.pid, .how = "a mapping", .path = std::move(path)});
    }
}

}  // namespace shimtrace::host
