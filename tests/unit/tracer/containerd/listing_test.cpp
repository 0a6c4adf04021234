#include "tracer/containerd/listing.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/table.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace shimtrace;

namespace {

/// What `ps` says that a container's init waits for.
std::string word_of(std::int64_t number, Arch arch = Arch::x86_64) {
    Snapshot snapshot;
    Process& init = snapshot.processes.emplace_back();
    init.pid = Pid{200};
    init.state = ProcessState::sleeping;
    init.ns_pids = {200, 1};
    init.role = {.role = ProcessRole::container_init, .container = {"default", "c1"}};
    init.threads.push_back({.tid = Tid{200}, .comm = "app", .state = ProcessState::sleeping, .arch = arch, .syscall = number});
    return containerd::list_containers(snapshot).at(0).waits;
}

std::string word_of(std::string_view name) {
    return word_of(*decoders::syscall_number(Arch::x86_64, name));
}

}  // namespace

TEST_CASE("the word for what a container waits for follows from its call") {
    CHECK(word_of("read") == "read");
    CHECK(word_of("recvmsg") == "receive");
    CHECK(word_of("sync") == "disk");
    CHECK(word_of("openat2") == "open");
    CHECK(word_of("splice") == "copy");
    CHECK(word_of("sendfile") == "send");
    CHECK(word_of("semop") == "sleep");
    CHECK(word_of("mkdir") == "call");
    CHECK(word_of(*decoders::syscall_number(Arch::i386, "waitpid"), Arch::i386) == "child");
    for (const std::int64_t number : decoders::syscall_numbers(Arch::x86_64)) {
        const decoders::CallFacts* facts = decoders::call_facts(Arch::x86_64, number);
        CAPTURE(number);
        CHECK((word_of(number) == "call") == (facts == nullptr || !facts->waits));
    }
}

TEST_CASE("runc's word is of who has the pid and the start of its state, whoever the container's init is") {
    Snapshot snapshot;
    for (const std::int32_t pid : {200, 210}) {
        Process& process = snapshot.processes.emplace_back();
        process.pid = Pid{pid};
        process.start_time = 7;
        process.state = ProcessState::sleeping;
        process.ns_pids = {pid, pid - 199};
        process.role = {.role = pid == 200 ? ProcessRole::container_init : ProcessRole::container_process, .container = {"default", "c1"}};
    }
    ContainerFiles& files = snapshot.containers.emplace_back();
    files.container = {"default", "c1"};
    files.state_json_exists = true;
    files.state_init_pid = Pid{210};
    files.state_init_start = 7;
    const auto word = [&] { return containerd::list_containers(snapshot).at(0).runc_state; };
    CHECK(word() == "running");
    files.state_init_start = 8;  // the pid is somebody else's by now
    CHECK(word() == "stopped");
    files.state_init_pid = Pid{211};
    CHECK(word() == "stopped");
}
