#include "tracer/containerd/listing.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/text/timestamps.hpp"
#include "tracer/containerd/container_index.hpp"

#include <shimtrace/container_identity.hpp>
#include <shimtrace/frozen.hpp>
#include <shimtrace/namesakes.hpp>
#include <shimtrace/observed.hpp>
#include <shimtrace/process_age.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <unordered_set>

namespace shimtrace::containerd {

namespace {

/// What a call waits for, in a word.
std::string_view wait_word(const decoders::CallFacts& call) {
    switch (call.waits.how) {
        case decoders::WaitsFor::nothing:
            return "call";
        case decoders::WaitsFor::reads:
            return call.is_network ? "receive" : "read";
        case decoders::WaitsFor::writes:
            return call.is_network ? "send" : "write";
        case decoders::WaitsFor::transfers:
            return call.is_network ? "send" : "copy";
        case decoders::WaitsFor::syncs:
            return "disk";
        case decoders::WaitsFor::opens:
            return "open";
        case decoders::WaitsFor::accepts:
            return "accept";
        case decoders::WaitsFor::connects:
            return "connect";
        case decoders::WaitsFor::polls:
            return "poll";
        case decoders::WaitsFor::child:
            return "child";
        case decoders::WaitsFor::locks:
            return "lock";
        case decoders::WaitsFor::sleeps:
            return "sleep";
        case decoders::WaitsFor::signals:
            return "signal";
    }
    return "call";
}

std::string_view word_for(const Process& process) {
    switch (process.state) {
        case ProcessState::running:
            return "runs";
        case ProcessState::uninterruptible:
            return "disk";
        case ProcessState::stopped:
            return "signal";
        case ProcessState::traced:
            return "tracer";
        case ProcessState::zombie:
            return "reaper";
        default:
            break;
    }
    if (process.threads.empty()) return "";
    const Thread& thread = process.threads.front();
    if (thread.syscall < 0) return thread.state == ProcessState::running ? "runs" : "";
    const decoders::CallFacts* facts = decoders::call_facts(thread.arch, thread.syscall, thread.args);
    return facts ? wait_word(*facts) : "call";
}

std::string shim_word(const Process* shim, bool expected) {
    if (shim == nullptr) return expected ? "gone" : "none";
    if (shim->state == ProcessState::stopped) return "stopped";
    if (shim->state == ProcessState::traced) return "traced";
    return "alive";
}

std::string kernel_word(const Process* init, bool frozen) {
    if (init == nullptr) return "gone";
    if (has_ended(init->state)) return "zombie";
    if (frozen) return "frozen";
    if (const auto words = shimtrace::words(init->state); !words.remark.empty()) return std::string(words.word);
    return init->role.role == ProcessRole::runtime_init ? "created" : "running";
}

/// runc's own derivation (libcontainer, container_linux.go: currentStatus). `named`: who has the pid of its state.
std::string runc_word(const ContainerFiles* files, const Process* named, bool frozen) {
    if (files == nullptr || !files->state_init_pid) return "unknown";
    const bool same = named != nullptr && (files->state_init_start == 0 || named->start_time == files->state_init_start);
    if (!same || has_ended(named->state)) return "stopped";
    if (files->exec_fifo) return "created";
    return frozen ? "paused" : "running";
}

/// The three words, or one where they say the same.
std::string joined(const ListedContainer& row) {
    // Without permission to read runc's state there is nothing to disagree.
    const bool unreadable = row.runc_state == "unknown" && (row.files == nullptr || !row.files->state_json_exists);
    if (unreadable && row.kernel_state != "gone") return row.kernel_state;
    const bool kernel_agrees = row.kernel_state == row.runc_state || (row.runc_state == "paused" && row.kernel_state == "frozen") ||
                               (row.runc_state == "stopped" && row.kernel_state == "gone") ||
                               (row.runc_state == "running" && (row.kernel_state == "uninterruptible" || row.kernel_state == "running"));
    const bool shim_agrees = row.shim_state == "alive" || row.shim_state == "none";
    if (kernel_agrees && shim_agrees) return row.kernel_state == "uninterruptible" ? row.kernel_state : row.runc_state;
    std::string text;
    if (!kernel_agrees)
        text = fmt::format("runc:{} kernel:{}", row.runc_state, row.kernel_state);
    else
        text = row.runc_state;
    if (!shim_agrees) text += " shim:" + row.shim_state;
    return text;
}

class Lister {
public:
    explicit Lister(const Snapshot& snapshot) : snapshot_(snapshot), index_(snapshot), namesakes_(snapshot) {
        for (const Cgroup& cgroup : snapshot.cgroups)
            if (shimtrace::is_frozen(cgroup) || cgroup.self_freezing) frozen_.insert(cgroup.path);
    }

    std::vector<ListedContainer> list() {
        for (const ContainerFiles& files : snapshot_.containers) add(files.container).files = &files;
        for (const Process& process : snapshot_.processes) count(process);
        for (ListedContainer& row : rows_) complete(row);
        std::ranges::stable_sort(rows_, {}, &ListedContainer::container);
        return std::move(rows_);
    }

private:
    ListedContainer& add(const ContainerRef& container) {
        ListedContainer row;
        row.container = container;
        named_[container].push_back(rows_.size());
        return rows_.emplace_back(std::move(row));
    }

    ListedContainer* row_of(const Process& process) {
        const auto named = named_.find(process.role.container);
        if (named == named_.end()) return nullptr;
        for (const std::size_t at : named->second) {
            ListedContainer& row = rows_[at];
            if (row.files == nullptr || !namesakes_.has_another(process, namesakes_.place_among_them(*row.files))) return &row;
        }
        return nullptr;
    }

    double age(const Process& process) const { return age_s(process, snapshot_).value_or(0); }

    void count(const Process& process) {
        const ProcessRoleInfo& role = process.role;
        if (!role.container) return;
        ListedContainer* row = row_of(process);
        const bool names_one =
            role.role == ProcessRole::container_init || role.role == ProcessRole::sandbox || role.role == ProcessRole::shim;
        if (row == nullptr && names_one && role.operation.empty()) row = &add(role.container);
        if (row == nullptr) return;
        switch (role.role) {
            case ProcessRole::shim:
                if (role.operation.empty() && !row->shim) row->shim = process.pid;
                break;
            case ProcessRole::runtime:
                row->runtimes.push_back({process.pid, process.comm, role.operation, role.exec_id, process.state, age(process)});
                break;
            case ProcessRole::container_init:
            case ProcessRole::runtime_init:
                if (!row->init && is_namespace_init(process)) row->init = process.pid;
                if (!row->init && role.role == ProcessRole::container_init) row->init = process.pid;
                ++row->processes;
                break;
            case ProcessRole::sandbox:
                row->init = process.pid;
                ++row->processes;
                break;
            case ProcessRole::container_exec:
            case ProcessRole::container_process:
            case ProcessRole::gofer:
                ++row->processes;
                break;
            default:
                break;
        }
    }

    bool is_frozen(const ListedContainer& row, const Process* init) const {
        const std::string& path = init != nullptr ? init->cgroup : row.files != nullptr ? row.files->cgroup : empty_;
        return path.size() > 1 && frozen_.contains(path);
    }

    /// Its processes are where nobody sees them from here.
    void complete_unseen(ListedContainer& row) const {
        row.runc_state = row.shim_state = row.kernel_state = row.state = "unknown";
        age_by_state(row);
    }

    void age_by_state(ListedContainer& row) const {
        if (const auto created = text::parse_rfc3339(row.files->created))
            row.age_s = std::max(0.0, std::chrono::duration<double>(snapshot_.taken - *created).count());
    }

    void complete(ListedContainer& row) const {
        if (row.files != nullptr) {
            row.pod_namespace = row.files->pod_namespace;
            row.pod = row.files->pod;
            row.name = row.files->name.empty() ? row.files->engine_name : row.files->name;
            row.sandbox = row.files->sandbox;
            if (row.files->sandbox_shim) row.shim = row.files->sandbox_shim;
            if (row.files->monitor) row.shim = row.files->monitor;
        }
        if (row.files != nullptr && !row.shim && !row.init && !sees_processes_) return complete_unseen(row);
        const Process* init = index_.process(row.init);
        const bool frozen = is_frozen(row, init);
        if (init != nullptr && init->ns_pids.size() > 1) row.init_pid_ns = init->ns_pids.back();
        row.runc_state = runc_word(row.files, row.files != nullptr ? index_.process(row.files->state_init_pid) : nullptr, frozen);
        row.shim_state = shim_word(index_.process(row.shim), !row.container.ns.empty());
        row.kernel_state = kernel_word(init, frozen);
        row.state = joined(row);
        if (init != nullptr) {
            row.age_s = age(*init);
            row.waits = frozen ? "thaw" : init->role.role == ProcessRole::runtime_init ? "start" : std::string(word_for(*init));
        } else if (row.files != nullptr) {
            age_by_state(row);
        }
    }

    const Snapshot& snapshot_;
    ContainerIndex index_;
    Namesakes namesakes_;
    const bool sees_processes_ = sees_hosts_processes(snapshot_);
    std::unordered_set<std::string_view> frozen_;  ///< cgroups
    std::vector<ListedContainer> rows_;
    std::map<ContainerRef, std::vector<std::size_t>> named_;  ///< places in rows_
    const std::string empty_;
};

}  // namespace

std::vector<ListedContainer> list_containers(const Snapshot& snapshot) {
    return Lister(snapshot).list();
}

}  // namespace shimtrace::containerd
