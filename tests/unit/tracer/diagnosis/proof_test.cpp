// That a container is healthy is proved: what was not seen, and what is no known idle wait, is not said to be well.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"
#include "tracer/diagnosis/checks/check.hpp"
#include "tracer/diagnosis/graph/snapshot_delta.hpp"

#include <doctest/doctest.h>

#include <linux/capability.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

const std::int64_t call_poll = call_number("poll"), call_accept = call_number("accept"), call_epoll_wait = call_number("epoll_wait"),
                   call_ioctl = call_number("ioctl");

bool mentions(const std::vector<Limit>& limits, std::string_view what, std::string_view needs = {}) {
    return std::ranges::any_of(limits, [&](const Limit& limit) {
        return limit.what.find(what) != std::string::npos && limit.needs.find(needs) != std::string::npos && !limit.why.empty();
    });
}

/// A shim whose goroutines were all read, and rest.
GoProgram& resting(Process& shim) {
    shim.go = GoProgram{.pid = shim.pid, .version = "go1.19.8"};
    Goroutine main{.id = GoroutineId{1}, .state = GoState::waiting, .wait_reason = "select"};
    main.purpose = {.what = "reaper", .detail = "SIGCHLD"};
    shim.go->goroutines.push_back(main);
    return *shim.go;
}

Goroutine& handler(GoProgram& go, std::string method, std::string container) {
    Goroutine& one = go.goroutines.emplace_back();
    one.id = GoroutineId{77};
    one.state = GoState::waiting;
    one.wait_reason = "chan receive";
    one.wait.kind = GoWaitKind::chan_receive;
    one.purpose = {.what = "RPC handler", .detail = std::move(method), .container = ContainerRef{"default", std::move(container)}};
    return one;
}

Observer blind(std::uint64_t capabilities, std::uint32_t uid) {
    return {.known = true, .uid = uid, .capabilities = capabilities};
}

constexpr std::uint64_t bit(unsigned capability) {
    return std::uint64_t{1} << capability;
}

/// A container that is healthy for certain.
struct Healthy {
    Host host;
    Process& init = host.container(100, 200, "c1");
    GoProgram& go = resting(host.get(100));

    Diagnosis why() const { return host.why("c1"); }
};

bool could_not_tell(const Diagnosis& verdict) {
    return verdict.cause == "unknown" && !verdict.stuck && !verdict.decided && verdict.confidence != Confidence::certain &&
           !verdict.limits.empty();
}

}  // namespace

TEST_CASE("goroutines of a Go that is not known make nothing certain, and that is said") {
    Healthy all;
    all.go.version = "go1.99.1";
    all.go.derived_layout = true;
    const Diagnosis well = all.why();
    CHECK(well.cause == "healthy");
    CHECK(!well.stuck);
    CHECK(well.confidence == Confidence::likely);
    REQUIRE(!well.limits.empty());
    CHECK(well.limits.front().what.find("goroutines of shim[100]") != std::string::npos);
    CHECK(well.limits.front().why.find("go1.99.1") != std::string::npos);
    // What the kernel tells is as certain as ever.
    Host::stop(all.init);
    const Diagnosis stopped = all.why();
    CHECK(stopped.cause == "process-stopped");
    CHECK(stopped.confidence == Confidence::certain);
}

TEST_CASE("a sleeper under a resting shim is healthy for certain") {
    const Diagnosis verdict = Healthy().why();
    CHECK(verdict.cause == "healthy");
    CHECK(verdict.confidence == Confidence::certain);
    CHECK(verdict.limits.empty());
    CHECK_FALSE(verdict.unsettled);
}

TEST_CASE("a thread whose call could not be read is not said to be well, and what would help is said") {
    Healthy made;
    Host::in_call(made.init, -1);
    made.init.threads.front().wchan = {};
    SUBCASE("by nobody in particular") {
        made.host.snapshot().observer = blind(0, 65534);
        CHECK(mentions(made.why().limits, "app", "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"));
    }
    SUBCASE("by root without CAP_SYS_PTRACE") {
        made.host.snapshot().observer = blind(bit(CAP_DAC_READ_SEARCH), 0);
        CHECK(mentions(made.why().limits, "app", "CAP_SYS_PTRACE"));
    }
    SUBCASE("by an ordinary user with CAP_SYS_PTRACE") {
        made.host.snapshot().observer = blind(bit(CAP_SYS_PTRACE), 1000);
        CHECK(mentions(made.why().limits, "app", "CAP_DAC_READ_SEARCH"));
    }
    CHECK(could_not_tell(made.why()));
}

TEST_CASE("who could not enter its network namespace does not say that one with sockets is well") {
    Healthy made;
    made.init.ns.net = Inode{4026530001};
    made.init.fds.push_back({.fd = Fd{7}, .target = {.kind = OpenFileKind::inet_socket, .inode = Inode{5001}}});
    SUBCASE("without CAP_SYS_ADMIN, nor any socket of that namespace") {
        made.host.snapshot().observer = blind(bit(CAP_SYS_PTRACE) | bit(CAP_DAC_READ_SEARCH), 0);
        CHECK(mentions(made.why().limits, "sockets of c1 init app[200]", "CAP_SYS_ADMIN"));
        CHECK(could_not_tell(made.why()));
    }
    SUBCASE("where it is the observer's own") {
        made.host.snapshot().observer = blind(bit(CAP_SYS_PTRACE) | bit(CAP_DAC_READ_SEARCH), 0);
        made.host.snapshot().sockets.push_back({.protocol = "TCP", .inode = Inode{5001}, .network = Inode{4026530001}});
        CHECK(made.why().cause == "healthy");
    }
    SUBCASE("by root with all capabilities") {
        made.host.snapshot().observer = blind(~std::uint64_t{0}, 0);
        CHECK(made.why().limits.empty());
        CHECK(made.why().cause == "healthy");
    }
}

TEST_CASE("threads, descriptors and goroutines that were not read are limits") {
    Healthy made;
    SUBCASE("no threads") {
        made.init.threads.clear();
        CHECK(mentions(made.why().limits, "threads of c1 init app[200]"));
    }
    SUBCASE("no descriptors, and one is read from") {
        Host::in_call(made.init, call_read, 5);
        made.init.fds_known = false;
        CHECK(mentions(made.why().limits, "descriptors of c1 init app[200]"));
    }
    SUBCASE("no goroutines") {
        made.go.goroutines.clear();
        made.go.incomplete = "read memory of process 100: Operation not permitted";
        CHECK(mentions(made.why().limits, "goroutines of shim[100]"));
    }
    SUBCASE("not what poll watches") {
        Host::in_call(made.init, call_poll);
        made.init.threads.front().args[1] = 2;
        CHECK(mentions(made.why().limits, "polls"));
    }
    CHECK(could_not_tell(made.why()));
}

TEST_CASE("what a container waits for of its own is idle for certain; what it waits for outside is said, with who holds the other end") {
    Healthy made;
    Process& client = made.host.add(300, 1, "client");
    client.role.role = ProcessRole::client;
    SUBCASE("a listener") {
        Host::in_call(made.init, call_accept, 5);
        Host::fd(made.init, 5, OpenFileKind::inet_socket, 700, read_write).socket = {
            .protocol = "TCP", .local = "0.0.0.0:80", .state = "LISTEN"};
        CHECK(made.why().confidence == Confidence::certain);
    }
    SUBCASE("its own pipe") {
        Host::in_call(made.init, call_read, 5);
        Host::fd(made.init, 5, OpenFileKind::pipe, 700, read_only);
        Process& child = made.host.inside(made.host.add(210, 200, "sleep"), {"default", "c1"}, 2);
        Host::in_call(child, call_nanosleep);
        Host::fd(child, 1, OpenFileKind::pipe, 700, write_only);
        CHECK(made.why().confidence == Confidence::certain);
    }
    SUBCASE("a pipe that somebody else writes to") {
        Host::in_call(made.init, call_read, 5);
        Host::fd(made.init, 5, OpenFileKind::pipe, 700, read_only);
        Host::fd(client, 1, OpenFileKind::pipe, 700, write_only);
        const Diagnosis verdict = made.why();
        CHECK(verdict.confidence == Confidence::likely);
        CHECK(verdict.summary.find("client[300]") != std::string::npos);
        CHECK(verdict.summary.find("for at least") == std::string::npos);
        Thread& waiter = made.init.threads.front();
        waiter.second = waiter.first;
        waiter.second->at = waiter.first.at + 4s;
        CHECK(made.why().summary.find("holds, for at least 4.0 s") != std::string::npos);
    }
    SUBCASE("an epoll set with a connection to another host") {
        Host::in_call(made.init, call_epoll_wait, 4);
        Host::fd(made.init, 5, OpenFileKind::inet_socket, 700, read_write).socket = {
            .protocol = "TCP", .local = "10.0.0.1:5000", .remote = "10.0.0.2:5432", .state = "ESTABLISHED", .inode = Inode{700}};
        Host::fd(made.init, 4, OpenFileKind::eventpoll, 0, read_write).interest = {{.fd = Fd{5}, .events = 1}};
        const Diagnosis verdict = made.why();
        CHECK(verdict.confidence == Confidence::likely);
        CHECK(verdict.summary.find("10.0.0.2:5432") != std::string::npos);
    }
    SUBCASE("an epoll set of listeners and timers") {
        Host::in_call(made.init, call_epoll_wait, 4);
        Host::fd(made.init, 5, OpenFileKind::timerfd, 0, read_write);
        Host::fd(made.init, 4, OpenFileKind::eventpoll, 0, read_write).interest = {{.fd = Fd{5}, .events = 1}};
        CHECK(made.why().confidence == Confidence::certain);
    }
    CHECK(made.why().cause == "healthy");
}

TEST_CASE("a semaphore or queue of System V's is others' to raise or fill: that it is well is likely only") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    for (const std::string_view call : {"semop", "semtimedop", "msgrcv", "msgsnd", "mq_timedsend"}) {
        Host::in_call(init, call_number(call), 3);
        host.resample(2s);
        const Diagnosis diagnosis = host.why("c1");
        CAPTURE(call);
        CHECK(diagnosis.cause == "healthy");
        CHECK(diagnosis.confidence == Confidence::likely);
    }
}

TEST_CASE("a child that is waited for must be idle itself") {
    Healthy made;
    Host::in_call(made.init, call_wait4, static_cast<std::uint64_t>(-1));
    Process& child = made.host.inside(made.host.add(210, 200, "sleep"), {"default", "c1"}, 2);
    Host::in_call(child, call_nanosleep);
    CHECK(made.why().confidence == Confidence::certain);
    Host::in_call(child, -1);
    CHECK(could_not_tell(made.why()));
}

TEST_CASE("who waits for room in what its own processes are to read is well at most likely, while it does not move") {
    Healthy made;
    Process& writer = made.host.inside(made.host.add(210, 200, "writer"), {"default", "c1"}, 2);
    SUBCASE("a pipe") {
        Host::fd(writer, 1, OpenFileKind::pipe, 700, write_only);
        Host::fd(made.init, 3, OpenFileKind::pipe, 700, read_only);
        made.host.pipe(700, 65536);
    }
    SUBCASE("a terminal") {
        Host::fd(writer, 1, OpenFileKind::pty, 3, read_write, OpenFileRole::none, "/dev/pts/5").holders = {{.pid = Pid{200}}};
        Host::fd(made.init, 3, OpenFileKind::pty, 2, read_write, OpenFileRole::none, "/dev/ptmx").holders = {{.pid = Pid{210}}};
    }
    Host::in_call(writer, call_write, 1);
    CHECK(made.why().cause == "healthy");
    CHECK(made.why().confidence == Confidence::likely);
    made.host.resample(2s, {210});
    CHECK(made.why().confidence == Confidence::certain);
}

TEST_CASE("a child of vfork that lingers is no idle wait") {
    Healthy made;
    Host::in_call(made.init, call_number("vfork"), 0, ProcessState::uninterruptible);
    made.init.threads.front().kernel_stack = {"wait_for_vfork_done", "kernel_clone"};
    Process& child = made.host.inside(made.host.add(210, 200, "child"), {"default", "c1"}, 2);
    Host::in_call(child, call_nanosleep);
    CHECK(made.why().cause == "healthy");
    CHECK(made.why().confidence == Confidence::likely);
    child.exe = "/bin/other";
    CHECK(made.why().confidence == Confidence::certain);
}

TEST_CASE("a wait that is not known to be idle is given time, and then not called healthy") {
    Healthy made;
    Host::in_call(made.init, call_ioctl, 3);
    made.init.threads.front().wchan = "some_driver_wait";
    CHECK(diagnosis::needs_second_look({made.why()}));
    SUBCASE("it moves") {
        made.host.resample(200ms, {200});
        CHECK(made.why().cause == "healthy");
    }
    SUBCASE("it stands still") {
        made.host.resample(1600ms);
        CHECK(could_not_tell(made.why()));
    }
}

TEST_CASE("all threads in a futex that no timer ends: only likely") {
    Healthy made;
    Host::in_call(made.init, call_futex);
    CHECK(made.why().cause == "healthy");
    CHECK(made.why().confidence == Confidence::likely);
    made.init.threads.front().args[3] = 0x7000;
    CHECK(made.why().confidence == Confidence::certain);
}

TEST_CASE("a request to the shim that lasts is unknown, stuck, and named; Wait is not, nor is another container's") {
    Healthy made;
    SUBCASE("Kill, for two seconds") {
        handler(made.go, "Task.Kill", "c1").waiting = 2s;
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "unknown");
        CHECK(verdict.stuck);
        CHECK(verdict.decided);
        CHECK(verdict.confidence == Confidence::likely);
        CHECK(verdict.summary.find("Task.Kill") != std::string::npos);
        CHECK(verdict.since_s.value_or(0) >= 2);
    }
    SUBCASE("Kill, that has just begun") {
        handler(made.go, "Task.Kill", "c1");
        CHECK(made.why().cause == "healthy");
        CHECK(made.why().confidence != Confidence::certain);
        CHECK(diagnosis::needs_second_look({made.why()}));
    }
    SUBCASE("Delete may take some seconds") {
        handler(made.go, "Task.Delete", "c1").waiting = 2s;
        CHECK(made.why().cause == "healthy");
        CHECK(diagnosis::is_unsettled({made.why()}));
    }
    SUBCASE("Wait") {
        handler(made.go, "Task.Wait", "c1").waiting = 3600s;
        CHECK(made.why().confidence == Confidence::certain);
    }
    SUBCASE("another container's") {
        handler(made.go, "Task.Kill", "c2").waiting = 60s;
        CHECK(made.why().confidence == Confidence::certain);
    }
}

TEST_CASE("who ended in the midst of the only look says nothing: another one tells") {
    Healthy made;
    made.host.inside(made.host.add(210, 200, "sleep"), {"default", "c1"}, 2).threads.clear();
    CHECK(could_not_tell(made.why()));  // who looked is not known
    made.host.snapshot().observer = {.known = true, .uid = 0, .capabilities = ~std::uint64_t{0}};
    const Diagnosis verdict = made.why();
    CHECK(verdict.cause == "healthy");
    CHECK(verdict.unsettled);
    made.host.resample(1600ms);
    CHECK(could_not_tell(made.why()));
    made.host.get(210).start_time = 99950;  // half a second ago: of a crowd of short lives, which no look catches
    CHECK(made.why().cause == "healthy");
}

TEST_CASE("of whom a snapshot was not taken for it does not say that he is well") {
    Healthy made;
    made.host.snapshot().observer = {.known = true, .uid = 0, .capabilities = ~std::uint64_t{0}};
    made.init.threads.clear();
    CHECK(made.why().cause == "healthy");  // he ended in the midst of the look
    made.host.snapshot().asked = {{"default", "c2"}};
    CHECK(could_not_tell(made.why()));
    CHECK(mentions(made.why().limits, "threads of c1 init app[200]"));
    made.host.snapshot().asked.emplace_back("default", "c1");
    CHECK(made.why().cause == "healthy");
}

TEST_CASE("two looks tell how long a request has been under way") {
    Healthy made;
    handler(made.go, "Task.Kill", "c1");
    const Snapshot first = made.host.build();
    Snapshot later = first;
    later.taken_monotonic += 1600ms;
    diagnosis::merge_progress(later, first);
    const auto verdicts = diagnosis::diagnose(later, {.containers = {{"default", "c1"}}, .pids = {}, .shims = {}});
    CHECK(verdicts.at(0).cause == "unknown");
    CHECK(verdicts.at(0).stuck);
}

TEST_CASE("a shim without a process: that it waits to be told to delete it is likely at best") {
    Healthy made;
    made.host.get(200).role = {};
    made.host.get(200).pid = Pid{90200};
    SUBCASE("its process has ended") {
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "healthy");
        CHECK(verdict.confidence == Confidence::likely);
    }
    SUBCASE("the shim still waits for it") {
        handler(made.go, "Task.Wait", "c1");
        made.host.files().init_gone_for = 1600ms;
        made.host.resample(1600ms);
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "exit-lost");
        CHECK(blamed(verdict) == std::vector<std::int32_t>{100});
    }
    SUBCASE("nobody waits for it, and the shim holds it as running") {
        made.host.get(100).tasks = {{"c1", "running"}};
        made.host.files().init_gone_for = 1600ms;
        CHECK(made.why().confidence == Confidence::certain);
        made.host.resample(1600ms);
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "exit-lost");
        CHECK(verdict.stuck);
        CHECK(blamed(verdict) == std::vector<std::int32_t>{100});
    }
    SUBCASE("the first look alone does not tell a lost exit from one that is on its way") {
        made.host.get(100).tasks = {{"c1", "running"}};
        const Diagnosis verdict = made.why();
        CHECK(verdict.confidence == Confidence::possible);
    }
    SUBCASE("nobody waits for it, and the shim holds it as stopped: it was told") {
        made.host.get(100).tasks = {{"c2", "running"}, {"c1", "stopped"}};
        made.host.files().init_gone_for = 1600ms;
        made.host.resample(1600ms);
        const Diagnosis verdict = made.why();
        CHECK(verdict.cause == "healthy");
        CHECK(verdict.confidence == Confidence::likely);
        CHECK(verdict.limits.empty());
        CHECK(std::ranges::any_of(verdict.evidence,
                                  [](const std::string& line) { return line.find("was told of its end") != std::string::npos; }));
    }
    SUBCASE("nobody waits for it, and what the shim holds of it was not found: that is said") {
        made.host.get(100).tasks = {{"c1", ""}};
        CHECK(made.why().unsettled);
        made.host.resample(1600ms);
        const Diagnosis verdict = made.why();
        CHECK(could_not_tell(verdict));
        CHECK(mentions(verdict.limits, "was told of the end of c1"));
    }
    SUBCASE("nothing tells that it ever had one") {
        made.host.files().init_pid = made.host.files().state_init_pid = Pid{};
        CHECK(could_not_tell(made.why()));
    }
    SUBCASE("its shim is not to be seen into") {
        made.go.goroutines.clear();
        made.go.incomplete = "not permitted";
        CHECK(could_not_tell(made.why()));
    }
}

TEST_CASE("what comes and goes while it is looked at is not said to be untellable: it moves") {
    Host host;
    host.container(100, 200, "c1");
    const Snapshot earlier = host.build();
    Snapshot later = earlier;
    Process& shim = *std::ranges::find(later.processes, Pid{100}, &Process::pid);
    shim.start_time = 999 * later.clock_ticks_per_second;  // a second old
    shim.go = GoProgram{.pid = shim.pid, .version = {}, .goroutines = {}, .incomplete = "its memory could not be read"};

    diagnosis::Query query{.containers = {{"default", "c1"}}, .pids = {}, .shims = {}};
    const Diagnosis once = diagnosis::diagnose(later, query).front();
    CHECK(could_not_tell(once));
    CHECK(once.unsettled);

    query.remade = diagnosis::remade_containers(later, earlier);
    REQUIRE(query.remade == query.containers);
    const Diagnosis twice = diagnosis::diagnose(later, query).front();
    CHECK(twice.cause == "healthy");
    CHECK(twice.confidence == Confidence::possible);
    CHECK(twice.limits.empty());
}

TEST_CASE("a container is made anew where its shim or its init is another, or it was not there before; its other processes come and go") {
    Host host;
    host.container(100, 200, "c1");
    const Snapshot earlier = host.build();
    CHECK(diagnosis::remade_containers(earlier, earlier).empty());
    Snapshot later = earlier;
    for (Process& process : later.processes)
        if (process.pid == Pid{100}) process.start_time += 5;
    CHECK(diagnosis::remade_containers(later, earlier).size() == 1);
    later = earlier;
    later.containers.front().init_pid = later.containers.front().state_init_pid = Pid{201};
    CHECK(diagnosis::remade_containers(later, earlier).size() == 1);
    CHECK(diagnosis::remade_containers(earlier, Snapshot{}).size() == 1);
    CHECK(diagnosis::remade_containers(Snapshot{}, earlier).empty());
}

TEST_CASE("what is stuck says what was not seen as well, and is not certain then") {
    Host host;
    Process& init = host.container(100, 200, "c1");
    host.full_stdout(init, 100, 5000);
    GoProgram& go = resting(host.get(100));
    CHECK(host.why("c1").stuck);
    go.incomplete = "not permitted";
    const Diagnosis verdict = host.why("c1");
    CHECK(verdict.stuck);
    CHECK(verdict.decided);
    CHECK(verdict.confidence != Confidence::certain);
    CHECK(mentions(verdict.limits, "goroutines of shim[100]"));
}

TEST_CASE("from another pid namespace the host cannot be told of") {
    Host host;
    host.snapshot().observer = {.known = true, .uid = 0, .capabilities = ~std::uint64_t{0}, .host_pids = false};
    CHECK(mentions(diagnosis::limits_of(host.build(), {}), "pid namespace", "hostPID"));
    host.container(100, 200, "c1");  // a node in a container has its own
    CHECK(diagnosis::limits_of(host.build(), {}).empty());
}

TEST_CASE("a node in a pid namespace of its own whose daemon and shims are gone is known by an init that a state names") {
    Host host;
    host.container(100, 200, "c1");
    Snapshot& snapshot = host.snapshot();
    snapshot.observer = {.known = true, .uid = 0, .capabilities = ~std::uint64_t{0}, .host_pids = false};
    Snapshot seen = host.build();
    std::erase_if(seen.processes, [](const Process& process) { return process.role.role == ProcessRole::shim; });
    const auto verdicts = diagnosis::diagnose(seen, {});
    REQUIRE(verdicts.size() == 1);
    CHECK(verdicts.front().cause == "orphaned-container");
    seen.containers.front().state_init_start = 77;  // another process has its number
    CHECK(diagnosis::diagnose(seen, {}).front().cause != "orphaned-container");
}

TEST_CASE("files of containers whose processes are in another pid namespace are no remains") {
    Host host;
    host.snapshot().observer = {.known = true, .uid = 0, .capabilities = ~std::uint64_t{0}, .host_pids = false};
    host.add(300, 1, "sh");  // who has the number of the init here
    ContainerFiles files;
    files.container = {"default", "c1"};
    files.bundle = "/run/containerd/io.containerd.runtime.v2.task/default/c1";
    files.bundle_exists = files.state_json_exists = true;
    files.runc_root = "/run/containerd/runc/default";
    files.state_path = "/run/containerd/runc/default/c1/state.json";
    files.init_pid = files.state_init_pid = Pid{300};
    files.state_init_start = 77;
    host.snapshot().containers.push_back(files);
    const auto verdicts = diagnosis::diagnose(host.build(), {});
    REQUIRE(verdicts.size() == 1);
    CHECK(could_not_tell(verdicts.front()));
    CHECK(mentions(verdicts.front().limits, "pid namespace", "hostPID"));
    AuditFacts facts;
    facts.snapshot = host.build();
    facts.containers.resize(1);
    facts.live = true;
    CHECK(audit::run(facts).empty());
}

TEST_CASE("a zombie without a shim waits for its parent") {
    Host host;
    host.add(200, 1, "daemon");
    host.add(300, 200, "child").state = ProcessState::zombie;
    const auto verdicts = diagnosis::diagnose(host.build(), {.containers = {}, .pids = {Pid{300}}, .shims = {}});
    REQUIRE(verdicts.size() == 1);
    if (verdicts.front().cause == "healthy") CHECK(verdicts.front().summary.find("shim") == std::string::npos);
}

TEST_CASE("one id in two runtime roots is two containers") {
    Host host;
    for (const std::int32_t pid : {200, 300}) {
        Process& init = host.inside(host.add(pid, 1, "app"), {"", "c1"}, 1);
        init.role.role = ProcessRole::container_init;
        init.ns.pid = Inode{static_cast<std::uint64_t>(pid)};
        Host::in_call(init, call_nanosleep);
        ContainerFiles files;
        files.container = {"", "c1"};
        files.runc_root = pid == 200 ? "/run/a" : "/run/b";
        files.state_json_exists = true;
        files.state_init_pid = Pid{pid};
        files.state_init_start = init.start_time;
        host.snapshot().containers.push_back(files);
    }
    Host::in_call(host.get(300), call_write, 1, ProcessState::uninterruptible);
    host.get(300).threads.front().wchan = "folio_wait_bit";
    host.resample(1600ms);
    const auto all = diagnosis::diagnose(host.build(), {});
    REQUIRE(all.size() == 2);
    CHECK(all[0].target.place == "/run/a");
    CHECK(all[0].cause == "healthy");
    CHECK(all[1].cause == "uninterruptible");
    const auto one = diagnosis::diagnose(host.build(), {.containers = {{"", "c1"}}, .pids = {}, .shims = {Pid{}}, .places = {"/run/b"}});
    CHECK(one.at(0).target.pid == Pid{300});
}
