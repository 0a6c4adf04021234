// What only the kernel's own state shows.
#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/causes/families.hpp"
#include "tracer/diagnosis/causes/phrases.hpp"
#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace shimtrace::diagnosis {

namespace {

using Input = const ExplanationInput&;

/// The cgroup that freezes the process at the end; nullptr: not known.
const Cgroup* frozen_cgroup(Input input) {
    const Process* process = input.look.facts.process(last(input).from.pid);
    return process ? input.look.facts.frozen_cgroup(*process) : nullptr;
}

/// Who is frozen, where that is none of the target's own processes: it waits for that one. nullptr: the target is frozen itself.
const Process* frozen_other(Input input) {
    const NodeKey& start = input.path.front().from;
    const Process* process = input.look.facts.process(last(input).from.pid);
    const bool own = !process || process->pid == start.pid || in_target(input.look, *process);
    return own ? nullptr : process;
}

/// Where a cgroup above the container's own is frozen, the container cannot be resumed by itself.
bool is_frozen_above(Input input) {
    const Cgroup* cgroup = frozen_cgroup(input);
    const ContainerFiles* files = input.look.scope.files;
    return cgroup && files && files->cgroup.starts_with(cgroup->frozen_by + (cgroup->frozen_by.ends_with('/') ? "" : "/"));
}

/// One within the container's own is frozen: to resume the container leaves that as it is.
bool is_frozen_within(Input input) {
    const Cgroup* cgroup = frozen_cgroup(input);
    const ContainerFiles* files = input.look.scope.files;
    return cgroup && files && files->cgroup.size() > 1 && cgroup->frozen_by.starts_with(files->cgroup + "/");
}

/// The mount that the last wait is on, where a command can name it: not by a path in a container's mount namespace. nullptr: none is known.
const Mount* mount_at_end(Input input) {
    const Facts& facts = input.look.facts;
    const auto& mounts = facts.snapshot().mounts;
    const auto mount = std::ranges::find_if(mounts, [&](const Mount& one) {
        const Process* seen_from = facts.process(one.seen_from);
        return one.device == last(input).wait.mount_device && !(seen_from && is_container_role(seen_from->role.role));
    });
    return last(input).wait.mount_device == 0 || mount == mounts.end() ? nullptr : &*mount;
}

std::vector<Remedy> thaw_file_system(Input input) {
    const Mount* mount = mount_at_end(input);
    if (!mount || !last(input).wait.frozen_mount) return {};
    return {remedy("thaw the file system; who froze it (a snapshot, a backup) has then not got it at rest",
                   shell_line({"fsfreeze", "--unfreeze", mount->mount_point}), Risk::disruptive)};
}

const RemedyRow thaw_mount{
    .name = "thaw-filesystem",
    .what = "thaw a file system that is frozen",
    .command = "fsfreeze --unfreeze MOUNTPOINT",
    .make = thaw_file_system,
};

std::vector<Remedy> give_up_mount(Input input) {
    if (last(input).wait.root_cause == RootCause::automounter)
        return {remedy("restart the automounter; SIGKILL ends what waits for it", {}, Risk::disruptive)};
    const Mount* mount = mount_at_end(input);
    if (!mount) return {remedy("restart the file system's server, or give the mount up: calls on it fail then", {}, Risk::disruptive)};
    // Neither looks the path up, which would hang. A FUSE connection that is forced away fails every call that waits in it.
    return {remedy("or give the mount up: every call on it fails then",
                   shell_line({"umount", "--no-canonicalize", "--force", "--lazy", mount->mount_point}), Risk::disruptive)};
}

/// Twice the limit that is too small, by the runtime where it knows the container; by the cgroup's own file where it is memory.high.
std::vector<Remedy> raise_memory(Input input) {
    const Process* process = input.look.facts.process(last(input).from.pid);
    const Cgroup* cgroup = process ? input.look.facts.cgroup(process->cgroup) : nullptr;
    if (!cgroup) return {remedy("raise the limit", {}, Risk::disruptive)};
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max() / 2;
    if (cgroup->memory_high && cgroup->memory_current >= *cgroup->memory_high) {
        return {remedy("raise memory.high; it takes memory from others",
                       writing("max", fmt::format("/sys/fs/cgroup{}/memory.high", cgroup->path)), Risk::disruptive)};
    }
    if (!cgroup->memory_max || *cgroup->memory_max > most || !input.look.scope.ref || !input.look.scope.files)
        return {remedy("raise the limit", {}, Risk::disruptive)};
    return {raise_limit(patient_of(input.look), *cgroup->memory_max * 2)};
}

/// The first lock of the kernel's on the way is what people see to be missing; who has it, at the end, is what must act.
std::string sleep_sentence(Input input) {
    const std::string sleeps = fmt::format("{} is in uninterruptible sleep in the kernel, on {}", waiter(input), last_object(input));
    const auto locked = std::ranges::find_if(input.path, [](const Step& step) { return !step.wait.kernel_lock.empty(); });
    if (locked == input.path.end()) return sleeps;
    const Facts& facts = input.look.facts;
    const std::string holder = who(facts, locked->wait.to.pid);
    const std::string has = fmt::format(
        "{} waits in the kernel for {}, {}", who(facts, locked->from.pid), locked->wait.kernel_lock,
        locked->wait.lock_is_work ? fmt::format("on which {} works, likely", holder) : fmt::format("which {} has, likely", holder));
    return last(input).wait.root_cause == RootCause::kernel_lock && &*locked == &last(input) ? has : fmt::format("{}; {}", has, sleeps);
}

/// Who has a lock of the kernel's, and is none of the kernel's own nor in a sleep that no signal ends.
std::vector<Remedy> end_lock_owner(Input input) {
    const Process* owner = input.culprits.empty() ? nullptr : input.look.facts.process(input.culprits.front().pid);
    const bool ends = owner && owner->pid.value > 2 && owner->parent.value != 2 && owner->state != ProcessState::uninterruptible;
    if (!ends || last(input).wait.root_cause != RootCause::kernel_lock) return {};
    return signal_first(input, "see what it is at; that ends with it:", "TERM", Risk::disruptive);
}

bool is_tracer_to_blame(Input input) {
    return !input.culprits.empty() && input.culprits.front().role == "tracer";
}

}  // namespace

std::vector<Cause> kernel_causes() {
    return {
        {
            .word = "container-frozen",
            .urgency = 30,
            .stuck = true,
            .fits = {{150, {RootCause::frozen}, Where::anywhere}},
            .ends = {{RootCause::frozen, ProvenBy::end}},
            .blame = {},
            .sentence =
                [](Input input) {
                    std::string by = last_object(input);
                    if (constexpr std::string_view said = "frozen "; by.starts_with(said)) by.erase(0, said.size());
                    if (const Process* other = frozen_other(input))
                        return fmt::format("{} waits for {}, which is frozen: {}", target_words(input.look), who(*other), by);
                    return fmt::format("{} is frozen: {}", target_words(input.look), by);
                },
            .remedies = {let_it_go_on,
                         {.name = "thaw-above",
                          .what = "where a cgroup above the container's, or one within it, is frozen: thaw that, with all that is in there",
                          .command = "echo 0 > /sys/fs/cgroup/PATH/cgroup.freeze; echo THAWED > /sys/fs/cgroup/freezer/PATH/freezer.state",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (is_frozen_within(input)) return {thaw_cgroup(*frozen_cgroup(input), "thaw the cgroup within it")};
                              if (!is_frozen_above(input)) return {};
                              return {thaw_cgroup(*frozen_cgroup(input), "thaw the cgroup above it, with all that is in there")};
                          }},
                         {.name = "resume",
                          .what = "resume the container; signals that were sent meanwhile have effect then",
                          .command = "ctr -n NAMESPACE task resume ID; runc --root ROOT resume ID",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (frozen_other(input) && frozen_cgroup(input))
                                  return {thaw_cgroup(*frozen_cgroup(input), "thaw the cgroup of what it waits for")};
                              if (is_frozen_above(input) || is_frozen_within(input) || !frozen_cgroup(input) || !input.look.scope.ref)
                                  return {};
                              return {resume_it(patient_of(input.look))};
                          }}},
            .text = {.meaning = "The container's cgroup is frozen. Its processes do not run, and signals, SIGKILL with version 1 too, wait "
                                "for the thaw.",
                     .recognised = "The freezer's state (version 1) or cgroup.freeze (version 2) of the cgroup or of one above it.",
                     .mending = "Find out who froze it: a pause, a checkpoint, a runc that died between freezing and thawing.",
                     .seen = "runc#2105, runc#3134, containerd#8102"},
            .shared_object = true,
        },
        {
            .word = "filesystem-unresponsive",
            .urgency = 60,
            .stuck = true,
            .fits = {{170, {RootCause::file_system, RootCause::automounter}, Where::anywhere},
                     {96, {RootCause::file_system, RootCause::automounter}, Where::at_containerd}},
            .ends = {{RootCause::file_system, ProvenBy::end}, {RootCause::automounter, ProvenBy::end}},
            .blame = {{RootCause::file_system, Whom::led_to, "fuse-server", "serves the file system and does not answer"},
                      {RootCause::automounter, Whom::led_to, "automounter", "is to mount what was asked for, and does not"}},
            .sentence =
                [](Input input) {
                    if (last(input).wait.kind == WaitKind::kept_on)
                        return fmt::format("{}'s bundle or state lies on {}, which does not answer{}", target_words(input.look),
                                           last_object(input), input.culprits.empty() ? "" : ": " + blamed_why(input));
                    return input.culprits.empty()
                               ? fmt::format("{} waits for {}, whose server does not answer", waiter(input), last_object(input))
                               : fmt::format("{} waits for {}, whose server {} does not answer", waiter(input), last_object(input),
                                             blamed(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "give-mount-up",
                          .what = "give the mount up: every call on it fails then",
                          .command = "umount --no-canonicalize --force --lazy MOUNTPOINT",
                          .make = give_up_mount}},
            .text = {.meaning = "A thread waits for a FUSE or network file system whose server does not answer; or the container's own "
                                "bundle or state lies "
                                "on such a mount.",
                     .recognised = "The kernel functions it sleeps in (fuse's request_wait_answer, nfs', ceph's …), the mount of the file, "
                                   "and, for FUSE, the "
                                   "process that serves it.",
                     .mending = "Bring the server back: the calls go on where they were. Only where that cannot be, give the mount up.",
                     .seen = "containerd#1722, kubernetes#90593, kubernetes#31272"},
            .shared_object = true,
        },
        {
            .word = "pidns-teardown",
            .urgency = 70,
            .stuck = true,
            .fits = {{30,
                      {RootCause::pidns_member, RootCause::held_zombie, RootCause::traced, RootCause::uninterruptible, RootCause::stopped},
                      Where::over_teardown}},
            .ends = {{RootCause::pidns_member, ProvenBy::end}},
            .blame = {{RootCause::pidns_member, Whom::led_to, "", "a zombie that nobody reaps", ProcessState::zombie},
                      {RootCause::pidns_member, Whom::led_to, "", "in uninterruptible sleep", ProcessState::uninterruptible},
                      {RootCause::pidns_member, Whom::led_to, "", "cannot end"},
                      {RootCause::uninterruptible, Whom::led_to, "", "in uninterruptible sleep"}},
            .sentence =
                [](Input input) {
                    return fmt::format("{}'s init is dying and waits for the last processes of its pid namespace: {}",
                                       target_words(input.look), blamed_why(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "end-tracer",
                          .what = "end the tracer that holds the last process",
                          .command = "kill -TERM PID",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (!is_tracer_to_blame(input)) return {};
                              return signal_first(input, "end the tracer", "TERM", Risk::disruptive);
                          }},
                         thaw_mount,
                         {.name = "free-sleeper",
                          .what = "free what is in state D; init ends by itself then",
                          .command = "",
                          .make = [](Input) -> std::vector<Remedy> {
                              return {remedy("free what is in state D; init ends by itself then", {}, Risk::disruptive)};
                          },
                          .if_no_other = true}},
            .text = {.meaning = "The container's init is dying and waits in the kernel for the last processes of its pid namespace: one in "
                                "state D, or a "
                                "zombie that a tracer from outside holds. No signal helps, it has had its SIGKILL.",
                     .recognised = "A thread of init in zap_pid_ns_processes, and what is left in its pid namespace.",
                     .mending = "What is left must end: detach the tracer, or mend what the process in state D waits for.",
                     .seen = "moby#37627, moby#34488"},
        },
        {
            .word = "uninterruptible",
            .urgency = 80,
            .stuck = true,
            .fits = {{210, {RootCause::uninterruptible, RootCause::kernel_lock}, Where::anywhere},
                     {95, {RootCause::uninterruptible, RootCause::kernel_lock}, Where::at_containerd}},
            .ends = {{RootCause::uninterruptible, ProvenBy::end}, {RootCause::kernel_lock, ProvenBy::end}},
            .blame = {{.end = RootCause::uninterruptible,
                       .whom = Whom::led_to,
                       .role = "",
                       .why = "in uninterruptible sleep",
                       .others_only = true},
                      {RootCause::kernel_lock, Whom::led_to, "lock-owner", "has, likely, the kernel's lock that is waited for"}},
            .sentence = sleep_sentence,
            .remedies = {let_it_go_on,
                         thaw_mount,
                         {.name = "end-lock-owner",
                          .what = "end who has, likely, the kernel's lock that is waited for",
                          .command = "kill -TERM PID",
                          .make = end_lock_owner},
                         {.name = "mend-device",
                          .what = "mend the device or file system; no signal can end the wait",
                          .command = "",
                          .make = [](Input) -> std::vector<Remedy> {
                              return {remedy("mend the device or file system; no signal can end it", {}, Risk::disruptive)};
                          },
                          .if_no_other = true}},
            .text =
                {.meaning = "The workload, runc or the shim is in state D: the kernel waits for a device or a file system on its behalf, "
                            "and SIGKILL "
                            "does not end that.",
                 .recognised =
                     "State D that lasts, the kernel function, the call, and the file with its mount. A file system that is frozen "
                     "(fsfreeze) is told from a slow one. Where a lock of the kernel's is waited for (rtnl, cgroup_mutex, the mounts', a "
                     "memory map's), or work of its own (ext4's journal, write-back, a loop device), whoever has it, likely, is told by "
                     "the "
                     "kernel's log, or by a stack that is within what runs under it, and followed.",
                 .mending =
                     "Thaw the file system, or mend the device. Until then the process can neither be ended nor its container be deleted.",
                 .seen = "containerd#5883"},
        },
        {
            .word = "memory-limit",
            .urgency = 90,
            .stuck = true,
            .fits = {{180, {RootCause::memory}, Where::anywhere}},
            .ends = {{RootCause::memory, ProvenBy::end}},
            .blame = {{.end = RootCause::memory,
                       .whom = Whom::led_from,
                       .role = "",
                       .why = "is held back at the limit of its memory",
                       .others_only = true}},
            .sentence =
                [](Input input) { return fmt::format("{} waits in its {}: it is at its limit", waiter(input), last_object(input)); },
            .remedies = {let_it_go_on,
                         {.name = "raise-memory",
                          .what = "raise the limit; it takes memory from others",
                          .command = "runc --root ROOT update --memory BYTES ID; echo max > /sys/fs/cgroup/PATH/memory.high",
                          .make = raise_memory}},
            .text =
                {.meaning =
                     "The workload waits in its memory cgroup: throttled above memory.high, or at its limit where nothing may be killed.",
                 .recognised = "The kernel functions of the memory controller that it sleeps in, what the cgroup uses, and its limits.",
                 .mending = "Raise the limit, or let the OOM killer work (memory.max, not memory.high; oom_kill_disable off).",
                 .seen = ""},
        },
        {
            .word = "seccomp-notify",
            .urgency = 130,
            .stuck = true,
            .fits = {{160, {RootCause::notify_agent}, Where::anywhere}},
            .ends = {{RootCause::notify_agent, ProvenBy::end}},
            .blame = {{RootCause::notify_agent, Whom::led_to, "agent", "holds the seccomp listener and does not answer"}},
            .sentence =
                [](Input input) { return fmt::format("{} waits in a system call for its seccomp agent {}", waiter(input), blamed(input)); },
            .remedies = {let_it_go_on,
                         {.name = "end-agent",
                          .what = "end the agent: calls that it should answer fail with ENOSYS from then on",
                          .command = "kill -TERM PID",
                          .make =
                              [](Input input) {
                                  return signal_first(input, "end the agent, its calls fail with ENOSYS then:", "TERM", Risk::disruptive);
                              }}},
            .text = {.meaning =
                         "The workload waits in a system call that its seccomp profile hands to an agent outside, which does not answer.",
                     .recognised = "A thread in seccomp_do_user_notification, and who holds a seccomp listener at which a call waits.",
                     .mending = "Mend or restart the agent. Its listener ends with it, and the calls it had to decide then fail.",
                     .seen = ""},
        },
        {
            .word = "file-lock",
            .urgency = 140,
            .stuck = true,
            .fits = {{190, {RootCause::lock_holder}, Where::anywhere}, {138, {RootCause::lock_holder}, Where::at_containerd}},
            .ends = {{RootCause::lock_holder, ProvenBy::end}},
            .blame = {{RootCause::lock_holder, Whom::led_to, "holder", "holds the lock"}},
            .sentence =
                [](Input input) {
                    return fmt::format("{} waits for the {}, which {} holds", waiter(input), last_object(input), blamed(input));
                },
            .remedies = {let_it_go_on,
                         {.name = "end-holder",
                          .what = "end the lock's holder",
                          .command = "kill -TERM PID",
                          .make = [](Input input) { return signal_first(input, "end the lock's holder", "TERM", Risk::disruptive); }}},
            .text = {.meaning =
                         "A wait for a lock on a file (flock, fcntl, an open file description's), or for a lease on it to be given up.",
                     .recognised = "The call, and /proc/locks, where the kernel names the holder; for a lock of an open file description, "
                                   "who has the file "
                                   "open.",
                     .mending = "See what the holder is at before it is ended: it holds the lock for a reason.",
                     .seen = ""},
        },
        {
            .word = "zombie-unreaped",
            .urgency = 150,
            .stuck = true,
            .fits = {{40, {RootCause::unreaped, RootCause::held_zombie}, Where::anywhere}},
            .ends = {{RootCause::unreaped, ProvenBy::end}, {RootCause::held_zombie, ProvenBy::end}},
            .blame = {{RootCause::unreaped, Whom::led_to, "parent", "does not reap its child"},
                      {RootCause::held_zombie, Whom::led_to, "tracer", "holds the zombie as its tracer"},
                      {RootCause::held_zombie, Whom::led_from, "", "a zombie that its tracer has not let go"}},
            .sentence = [](Input input) { return fmt::format("{} has exited and {} does not reap it", waiter(input), blamed(input)); },
            .remedies = {let_it_go_on,
                         {.name = "end-tracer",
                          .what = "where a tracer holds the zombie: end the tracer",
                          .command = "kill -TERM PID",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (!is_tracer_to_blame(input)) return {};
                              return signal_first(input, "end the tracer", "TERM", Risk::disruptive);
                          }},
                         {.name = "end-shim",
                          .what = "end the shim that does not reap; containerd cleans up after it",
                          .command = "kill -KILL PID",
                          .make = [](Input input) -> std::vector<Remedy> {
                              if (is_tracer_to_blame(input)) return {};
                              return signal_first(input, "end the shim; containerd cleans up after it:", "KILL", Risk::destroys_data);
                          }}},
            .text = {.meaning = "Init or an exec'd process has exited, and its parent, the shim, does not take its exit status; or a "
                                "tracer does not let "
                                "the zombie go, so that the parent cannot.",
                     .recognised = "State Z of a child of the shim, and what the shim is at.",
                     .mending = "A shim that is stopped goes on with SIGCONT. One that has lost the exit does not find it again.",
                     .seen = ""},
        },
    };
}

}  // namespace shimtrace::diagnosis
