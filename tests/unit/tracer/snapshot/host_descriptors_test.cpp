#include "tracer/snapshot/host_descriptors.hpp"

#include "tests/unit/kernel.hpp"
#include "tests/unit/tracer/snapshot/live_child.hpp"
#include "tracer/procfs/descriptors.hpp"
#include "tracer/procfs/process_reader.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

using namespace shimtrace;
using namespace shimtrace::host;
using shimtrace::test::LiveChild;

namespace {

/// One of each kind.
void open_some(const std::string& directory) {
    const auto path = [&](const std::string& name) { return directory + "/" + name; };
    int pair[2];
    (void)!::pipe(pair);
    (void)!::socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    ::socket(AF_INET, SOCK_DGRAM, 0);
    ::eventfd(3, 0);
    ::epoll_create1(0);
    ::memfd_create("words", 0);
    ::open("/dev/null", O_RDWR);
    ::open("/dev/ptmx", O_RDWR | O_NOCTTY);
    ::open("/proc/self/status", O_RDONLY);
    ::open("/proc/self/ns/net", O_RDONLY);
    ::open(directory.c_str(), O_RDONLY | O_DIRECTORY);
    ::mkfifo(path("fifo").c_str(), 0600);
    ::open(path("fifo").c_str(), O_RDWR);
    ::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK);
    ::open(path("fifo").c_str(), O_PATH);
    ::open(path("file").c_str(), O_RDWR | O_CREAT, 0600);
    ::open(path("gone").c_str(), O_RDWR | O_CREAT, 0600);
    ::unlink(path("gone").c_str());
    ::open(path("called so (deleted)").c_str(), O_RDWR | O_CREAT, 0600);
    std::string deep = directory;
    for (int i = 0; i < 4; ++i) ::mkdir((deep += "/" + std::string(200, 'x')).c_str(), 0700);
    ::open(deep.c_str(), O_RDONLY | O_DIRECTORY);
    ::dup2(1, 700);
}

struct Directory {
    Directory() { (void)!::mkdtemp(name.data()); }
    ~Directory() { std::filesystem::remove_all(name); }
    std::string name = std::filesystem::temp_directory_path() / "shimtrace-open-XXXXXX";
};

void own_table_in_a_thread() {
    static std::atomic<bool> unshared = false;
    std::thread([] {
        (void)!::unshare(CLONE_FILES);
        ::dup2(::open("/dev/null", O_RDONLY), 701);
        unshared = true;
        for (;;) ::pause();
    }).detach();
    while (!unshared) std::this_thread::yield();
}

/// As a look at everybody has it.
std::vector<FdEntry> told_at_once(TableRow& row) {
    const auto proc = ProcDirectory::open();
    auto known = HostDescriptors::read({}).take(row.process);
    REQUIRE(known);
    CHECK(std::ranges::is_sorted(known->entries, {}, &FdEntry::fd));
    MountTables mounts;
    std::string scratch;
    ReadErrors errors;
    REQUIRE(add_descriptors(*proc, row, std::move(known->entries), known->unfinished, mounts, scratch, errors));
    CHECK(row.process.fds_known);
    return row.process.fds;
}

std::vector<FdEntry> told_by_proc(TableRow& row) {
    const auto proc = ProcDirectory::open();
    MountTables mounts;
    std::string scratch;
    ReadErrors errors;
    add_descriptors(*proc->directory(row.process.pid.value), row, mounts, scratch, errors);
    return row.process.fds;
}

}  // namespace

TEST_CASE("the kernel's own tables tell of descriptors what /proc tells") {
    SKIP_UNLESS_TABLES_TELL;
    const Directory directory;
    const LiveChild child([&] { open_some(directory.name); });
    TableRow row{.process = *read_process(Pid{child.pid()})};
    const std::vector<FdEntry> by_proc = told_by_proc(row), at_once = told_at_once(row);
    REQUIRE(at_once.size() == by_proc.size());
    REQUIRE(by_proc.size() > 20);
    for (std::size_t i = 0; i < by_proc.size(); ++i) {
        CAPTURE(by_proc[i].target.path);
        CHECK(at_once[i].fd == by_proc[i].fd);
        CHECK(at_once[i].target.path == by_proc[i].target.path);
        CHECK((at_once[i].target <=> by_proc[i].target) == 0);
    }
}

TEST_CASE("a process that only has the number of one that is known is another") {
    SKIP_UNLESS_TABLES_TELL;
    const LiveChild child([] {});
    Process process = *read_process(Pid{child.pid()});
    CHECK(HostDescriptors::read({}).take(process));
    ++process.start_time;
    CHECK_FALSE(HostDescriptors::read({}).take(process));
}

TEST_CASE("a thread's own table is not its process's") {
    SKIP_UNLESS_TABLES_TELL;
    const LiveChild child([] { own_table_in_a_thread(); });
    TableRow row{.process = *read_process(Pid{child.pid()})};
    const std::vector<FdEntry> told = told_at_once(row);
    CHECK_FALSE(told.empty());
    CHECK(std::ranges::find(told, Fd{701}, &FdEntry::fd) == told.end());
}

TEST_CASE("of a process that has none open, whatever a thread of it has, nothing is known") {
    SKIP_UNLESS_TABLES_TELL;
    const LiveChild child([] { own_table_in_a_thread(); },
                          [] {
                              ::close_range(0, ~0U, 0);
                              for (;;) ::pause();
                          });
    const Process process = *read_process(Pid{child.pid()});
    CHECK(shimtrace::test::eventually([&] { return !HostDescriptors::read({}).take(process); }));
}

TEST_CASE("of a process whose first thread has exited nothing is known") {
    SKIP_UNLESS_TABLES_TELL;
    const LiveChild child([] {},
                          [] {
                              std::thread([] {
                                  for (;;) ::pause();
                              }).detach();
                              ::syscall(SYS_exit, 0);
                          });
    const Process process = *read_process(Pid{child.pid()});
    CHECK(shimtrace::test::eventually([&] { return !HostDescriptors::read({}).take(process); }));
}

TEST_CASE("who is interrupted knows nobody's descriptors") {
    SKIP_UNLESS_TABLES_TELL;
    const LiveChild child([] {
        for (int fd = 100; fd < 1000; ++fd) ::dup2(1, fd);
    });
    const LiveChild other([] {
        for (int fd = 100; fd < 1000; ++fd) ::dup2(1, fd);
    });
    const auto process = read_process(Pid{child.pid()});
    const auto known = HostDescriptors::read({}).take(*process);
    REQUIRE(known);
    CHECK(known->entries.size() > 900);  // with the other's, more than one piece of what the kernel tells
    CHECK_FALSE(HostDescriptors::read([] { return true; }).take(*process));
}
