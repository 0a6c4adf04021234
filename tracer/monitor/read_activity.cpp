#include "tracer/monitor/activity.hpp"

#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace shimtrace::monitor {

namespace {

/// Enough to choose who is worth a closer look; what that finds is not decided by a name.
bool heads_unit(std::string_view comm) {
    return comm.starts_with("containerd-shim") || comm == "conmon";
}

bool is_daemon(std::string_view comm) {
    constexpr std::array<std::string_view, 4> names{"containerd", "dockerd", "crio", "kubelet"};
    return std::ranges::find(names, comm) != names.end();
}

std::uint64_t times_run(std::string_view schedstat) {
    const std::size_t last = schedstat.find_last_of(' ');
    std::uint64_t number = 0;
    if (last != schedstat.npos) std::from_chars(schedstat.data() + last + 1, schedstat.data() + schedstat.size(), number);
    return number;
}

/// Whose unit each process is in: its nearest ancestor that heads one. It may be among its own descendants' ancestors by a loop of a /proc
/// that changes while it is read.
class Units {
public:
    explicit Units(const std::unordered_map<std::int32_t, host::StatLine>& processes) : processes_(processes) {}

    [[nodiscard]] const host::StatLine* head_of(const host::StatLine& process) const {
        const host::StatLine* one = &process;
        for (int steps = 0; one != nullptr && steps < 64; ++steps) {
            if (heads_unit(one->comm)) return one;
            const auto parent = processes_.find(one->parent);
            one = parent == processes_.end() ? nullptr : &parent->second;
        }
        return is_daemon(process.comm) ? &process : nullptr;
    }

private:
    const std::unordered_map<std::int32_t, host::StatLine>& processes_;
};

std::optional<host::StatLine> stat_of(const host::ProcDirectory& directory, const std::string& name, std::string& scratch) {
    const auto text = directory.read(name.c_str(), scratch);
    return text ? host::parse_stat(*text) : std::nullopt;
}

void add_threads(UnitActivity& unit, const host::ProcDirectory& proc, const host::StatLine& stat, bool of_container, std::string& scratch) {
    const auto add = [&](const host::ProcDirectory& directory, std::int32_t id, ProcessState state) {
        const auto ran = directory.read((std::to_string(id) + "/schedstat").c_str(), scratch);
        unit.threads[Tid{id}] = {.state = state, .ran = ran ? times_run(*ran) : 0, .of_container = of_container};
    };
    if (stat.threads <= 1) return add(proc, stat.id, stat.state);
    const auto task = proc.directory((std::to_string(stat.id) + "/task").c_str());
    const auto tids = task ? task->numbers() : std::unexpected(task.error());
    if (!tids) return;
    for (const std::int32_t tid : *tids)
        if (const auto own = stat_of(*task, std::to_string(tid) + "/stat", scratch)) add(*task, tid, own->state);
}

/// False: it is no Go program that can be read, or its threads may tell more: one of them may be held up in the midst of running.
bool add_goroutines(UnitActivity& unit, const host::StatLine& head, stacks::ParkedGoroutineReader& reader) {
    if (head.state != ProcessState::sleeping && head.state != ProcessState::running) return false;
    auto parked = reader.read(Pid{head.id}, head.start_time);
    if (!parked) return false;
    unit.goroutines = std::move(parked->all);
    return !parked->some_run;
}

}  // namespace

Result<Activity> read_activity(stacks::ParkedGoroutineReader& goroutines, const std::set<Pid>& whole) {
    const auto proc = host::ProcDirectory::open();
    if (!proc) return fail("read /proc", proc.error(), "is it mounted?");
    const auto pids = proc->numbers();
    if (!pids) return fail("list /proc", pids.error());
    std::string scratch;
    std::unordered_map<std::int32_t, host::StatLine> processes;
    processes.reserve(pids->size());
    for (const std::int32_t pid : *pids)
        if (auto stat = stat_of(*proc, std::to_string(pid) + "/stat", scratch); stat && !stat->kernel_thread())
            processes.emplace(pid, std::move(*stat));

    Activity activity;
    const Units units(processes);
    for (const auto& [pid, stat] : processes) {
        if (is_halted(stat.state) || stat.state == ProcessState::uninterruptible)
            activity.halted.emplace(Identity{Pid{pid}, stat.start_time}, stat.state);
        const host::StatLine* head = units.head_of(stat);
        if (head == nullptr) continue;
        UnitActivity& unit = activity.units[Identity{Pid{head->id}, head->start_time}];
        unit.daemon = !heads_unit(head->comm);
        const bool told = head == &stat && add_goroutines(unit, stat, goroutines);
        if (!told || whole.contains(Pid{pid})) add_threads(unit, *proc, stat, head != &stat, scratch);
    }
    goroutines.forget_others();
    return activity;
}

}  // namespace shimtrace::monitor
