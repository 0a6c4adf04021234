#include "tracer/monitor/blamed_recorder.hpp"

#include "tracer/procfs/clock.hpp"

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

namespace shimtrace::monitor {

namespace {

constexpr std::size_t most_at_once = 2, most_processes = 4;
constexpr Nanoseconds grace = std::chrono::seconds(15);

/// Who is to blame, else who hangs; never init, a kernel thread's parent or ourselves.
std::vector<Pid> processes_of(const Diagnosis& diagnosis) {
    std::vector<Pid> pids;
    const auto add = [&](Pid pid) {
        if (pid.value > 2 && pid.value != ::getpid() && pids.size() < most_processes && std::ranges::find(pids, pid) == pids.end())
            pids.push_back(pid);
    };
    for (const Culprit& culprit : diagnosis.culprits)
        if (!has_ended(culprit.state)) add(culprit.pid);
    add(diagnosis.target.pid);
    return pids;
}

}  // namespace

bool BlamedRecorder::begin(const Hang& hang, const KeepDirectory& keep) {
    const std::vector<Pid> pids = processes_of(hang.diagnosis);
    // Of no unit it could not be left out of the looks meanwhile: 0 is everybody's that has none.
    if (running_.size() >= most_at_once || pids.empty() || !hang.unit) return false;
    const std::string name = KeepDirectory::recording_name(hang.diagnosis.cause, hang.id);
    std::vector<std::string> command{"/proc/self/exe",
                                     "record",
                                     "-o",
                                     keep.unfinished(name),
                                     "--force",
                                     "--redact",
                                     "--duration",
                                     fmt::format("{}ms", std::chrono::duration_cast<std::chrono::milliseconds>(duration_).count())};
    for (const Pid pid : pids) {
        command.emplace_back("-p");
        command.push_back(std::to_string(pid.value));
    }
    // Nothing of what it records is taken over once this program is gone.
    auto program = host::ChildProgram::start(std::move(command), {.ends_with_us = true});
    if (!program) return false;
    running_.push_back({hang.id, name, hang.unit, std::move(*program), host::monotonic_now() + duration_ + grace});
    return true;
}

std::vector<BlamedRecorder::Finished> BlamedRecorder::finished(KeepDirectory& keep) {
    std::vector<Finished> all;
    for (auto running = running_.begin(); running != running_.end();) {
        const auto status = running->program.ended();
        const MonotonicTime now = host::monotonic_now();
        if (!status && now >= running->overdue) running->program.signal(now >= running->overdue + grace ? SIGKILL : SIGTERM);
        if (!status) {
            ++running;
            continue;
        }
        Result<void> kept = fail("record who is to blame for hang " + running->hang, 0, "shimtrace record failed: see above");
        if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0)
            kept = keep.keep_finished(running->name);
        else
            keep.discard(running->name);
        all.push_back({running->hang, running->name, std::move(kept)});
        running = running_.erase(running);
    }
    return all;
}

std::vector<BlamedRecorder::Finished> BlamedRecorder::finish(KeepDirectory& keep) {
    constexpr auto nap = std::chrono::milliseconds(20);
    constexpr int naps = 250;
    for (const Running& running : running_) running.program.signal(SIGTERM);
    std::vector<Finished> all;
    for (int n = 0; n < naps && !running_.empty(); ++n) {
        for (Finished& one : finished(keep)) all.push_back(std::move(one));
        if (!running_.empty()) std::this_thread::sleep_for(nap);
    }
    for (const Running& running : running_) keep.discard(running.name);
    running_.clear();
    return all;
}

std::set<Pid> BlamedRecorder::held() const {
    std::set<Pid> units;
    for (const Running& running : running_) units.insert(running.unit);
    return units;
}

}  // namespace shimtrace::monitor
