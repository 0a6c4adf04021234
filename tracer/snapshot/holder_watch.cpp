#include "tracer/snapshot/holder_watch.hpp"
#include "tracer/procfs/clock.hpp"

#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/mounts.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/snapshot/take_snapshot.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <unistd.h>

#include <cerrno>

namespace shimtrace::host {
namespace {

constexpr int rest_factor = 50;

void look_at(const ProcDirectory& directory, MountTables& mounts, HolderIndex& index, std::string& scratch, ReadErrors& errors) {
    const auto text = directory.read("stat", scratch);
    if (!text) return;
    auto stat = parse_stat(*text);
    if (!stat || stat->kernel_thread()) return;
    Process process;
    process.pid = Pid{stat->id};
    process.comm = std::move(stat->comm);
    process.state = stat->state;
    if (const auto link = directory.link("ns/mnt")) process.ns.mnt = Inode{bracketed_number(*link, "mnt:[").value_or(0)};
    if (auto fds = read_descriptors(directory, mounts.of(directory, process, errors).fragile)) process.fds = std::move(*fds);
    if (const auto fdinfo = directory.directory("fdinfo"))
        for (FdEntry& entry : process.fds)
            if (is_pty_master(entry.target)) add_fdinfo(*fdinfo, process.pid, entry.fd, entry.target, scratch);
    index.add(process);
}

}  // namespace

HolderLook look_at_holders() {
    HolderLook look{.index = {}, .started = monotonic_now(), .took = {}};
    const auto proc = ProcDirectory::open();
    if (!proc) return look;
    const auto pids = proc->numbers();
    if (!pids) return look;
    std::string scratch;
    MountTables mounts;
    ReadErrors errors;
    for (const std::int32_t pid : *pids)
        if (pid != ::getpid())
            if (const auto directory = proc->directory(pid)) look_at(*directory, mounts, look.index, scratch, errors);
    look.took = monotonic_now() - look.started;
    return look;
}

std::shared_ptr<const HolderLook> look_at_holders(std::span<const Pid> processes, const FragileMounts& fragile) {
    std::size_t most = 256;
    auto look = std::make_shared<HolderLook>(HolderLook{.index = {}, .started = monotonic_now(), .took = {}});
    const auto proc = ProcDirectory::open();
    if (!proc) return nullptr;
    std::string scratch;
    for (const Pid pid : processes) {
        const auto directory = proc->directory(pid.value);
        const auto text = directory ? directory->read("stat", scratch) : std::unexpected(directory.error());
        auto stat = text ? parse_stat(*text) : std::nullopt;
        auto fds = stat && !has_ended(stat->state) ? read_descriptors(*directory, fragile, most) : std::unexpected(ESRCH);
        if (!fds || fds->size() >= most) return nullptr;
        most -= fds->size();
        Process process;
        process.pid = pid;
        process.comm = std::move(stat->comm);
        process.state = stat->state;
        process.fds = std::move(*fds);
        look->index.add(process);
    }
    look->took = monotonic_now() - look->started;
    return look;
}

HolderWatch::~HolderWatch() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wanted_.notify_one();
    thread_.join();
}

std::shared_ptr<const HolderLook> HolderWatch::latest(Nanoseconds age, Nanoseconds patience) {
    std::unique_lock lock(mutex_);
    if (!thread_.joinable()) thread_ = signal_free_thread([this] { run(); });
    if (!look_ || monotonic_now() - look_->started > std::max(age, rest_factor * look_->took)) {
        asked_ = true;
        wanted_.notify_one();
    }
    if (!look_) done_.wait_for(lock, patience, [&] { return look_ != nullptr; });
    return look_;
}

void HolderWatch::run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        wanted_.wait(lock, [&] { return asked_ || ending_; });
        if (ending_) return;
        lock.unlock();
        auto look = std::make_shared<const HolderLook>(look_at_holders());
        lock.lock();
        look_ = std::move(look);
        asked_ = false;
        done_.notify_all();
    }
}

}  // namespace shimtrace::host
