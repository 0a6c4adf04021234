// Who has the kernel's lock that another waits for: made snapshots, with the stacks that a kernel shows.
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;

namespace {

const std::int64_t call_ioctl = call_number("ioctl"), call_sendto = call_number("sendto"), call_fsync = call_number("fsync"),
                   call_mmap = call_number("mmap");
constexpr auto asleep = ProcessState::uninterruptible;

void sleeps(Process& process, std::int64_t call, std::vector<SharedText> stack, ProcessState state = asleep) {
    Host::in_call(process, call, 3, state);
    process.threads.front().kernel_stack = std::move(stack);
    process.threads.front().wchan = process.threads.front().kernel_stack.front();
}

/// A container whose init waits for a lock.
struct Locked {
    Host host;
    Process& init = host.container(100, 200, "c1");

    Process& kernel_thread(std::int32_t pid, std::string comm, std::vector<SharedText> stack) {
        Process& thread = host.add(pid, 2, std::move(comm));
        sleeps(thread, -1, std::move(stack));
        return thread;
    }
    Diagnosis why() {
        host.resample(1600ms);
        return host.why("c1");
    }
};

bool has_limit(const Diagnosis& diagnosis, std::string_view what) {
    return std::ranges::any_of(diagnosis.limits, [&](const Limit& limit) { return limit.what.find(what) != limit.what.npos; });
}

}  // namespace

TEST_CASE("who waits for rtnl is led to the thread whose stack is under it, likely and never for certain") {
    Locked made;
    sleeps(made.init, call_sendto, {"rtnl_newlink", "netlink_rcv_skb", "netlink_unicast", "netlink_sendmsg"});
    Process& holder = made.host.add(300, 1, "netagent");
    SUBCASE("which sleeps in a fault, and could be ended") {
        sleeps(holder, call_ioctl, {"handle_userfault", "handle_mm_fault", "exc_page_fault", "_copy_to_user", "dev_ethtool", "dev_ioctl"},
               ProcessState::sleeping);
        const Diagnosis diagnosis = made.why();
        CHECK(diagnosis.cause == "uninterruptible");
        CHECK(diagnosis.confidence == Confidence::likely);
        CHECK(blamed(diagnosis) == std::vector{300});
        CHECK(diagnosis.summary.find("rtnl") != std::string::npos);
        REQUIRE(diagnosis.remedies.size() == 1);
        CHECK(diagnosis.remedies.front().command == "kill -TERM 300");
    }
    SUBCASE("which waits for a file system's server: that is the root") {
        sleeps(holder, call_ioctl, {"request_wait_answer", "fuse_simple_request", "handle_mm_fault", "dev_ethtool", "dev_ioctl"});
        CHECK(made.why().cause == "filesystem-unresponsive");
    }
    SUBCASE("two of them: neither is more than possible") {
        for (const std::int32_t pid : {300, 301}) {
            Process& one = pid == 300 ? holder : made.host.add(pid, 1, "netagent");
            sleeps(one, call_ioctl, {"msleep", "dev_ethtool", "dev_ioctl"});
        }
        const Diagnosis diagnosis = made.why();
        CHECK(diagnosis.confidence == Confidence::possible);
        CHECK(blamed(diagnosis) == std::vector{300, 301});
    }
    SUBCASE("nobody's stack shows it: the limits say so") {
        sleeps(holder, call_sendto, {"rtnl_setlink", "rtnetlink_rcv_msg", "netlink_rcv_skb"});  // waits as well
        const Diagnosis diagnosis = made.why();
        CHECK(diagnosis.cause == "uninterruptible");
        CHECK(diagnosis.culprits.empty());
        CHECK(has_limit(diagnosis, "rtnl"));
    }
    SUBCASE("a lock that is contended, and moves") {
        sleeps(holder, call_ioctl, {"msleep", "dev_ethtool", "dev_ioctl"});
        made.host.resample(1600ms, {200});
        CHECK_FALSE(made.host.why("c1").stuck);
    }
}

TEST_CASE("cgroup_mutex: from the one that moves a process, to the fork, to whoever has the memory's lock that it waits for") {
    Locked made;
    sleeps(made.init, call_openat, {"cgroup_kn_lock_live", "cgroup_mkdir", "kernfs_iop_mkdir", "vfs_mkdir"});
    sleeps(made.host.add(300, 1, "kubelet"), call_write,
           {"mpol_rebind_mm", "cpuset_attach", "cgroup_migrate_execute", "cgroup_attach_task"});
    const Diagnosis diagnosis = made.why();
    CHECK(diagnosis.cause == "uninterruptible");
    CHECK(blamed(diagnosis) == std::vector{300});
    CHECK(diagnosis.summary.find("cgroup_mutex") != std::string::npos);
    CHECK(diagnosis.confidence <= Confidence::likely);
}

TEST_CASE("a sync of a file on a loop device: the journal's thread, the device's worker, the frozen file system below") {
    Locked made;
    constexpr std::uint64_t upper = 0x701, lower = 0x700;
    Host::fd(made.init, 3, OpenFileKind::file, 12, read_write, OpenFileRole::none, "/data/file").device = upper;
    sleeps(made.init, call_fsync, {"jbd2_log_wait_commit", "jbd2_complete_transaction", "ext4_sync_file", "do_fsync"});
    made.host.snapshot().mounts = {
        {.id = 1, .device = lower, .mount_point = "/images", .type = "ext4", .source = "/dev/loop0", .seen_from = Pid{1}},
        {.id = 2, .device = upper, .mount_point = "/data", .type = "ext4", .source = "/dev/loop1", .seen_from = Pid{200}}};
    made.host.snapshot().block_devices = {
        {.device = lower, .name = "loop0"},
        {.device = upper, .name = "loop1", .writes_in_flight = 4, .below = {lower}, .backing_file = "/images/data.image"}};
    made.kernel_thread(60, "jbd2/loop1-8", {"jbd2_write_superblock", "jbd2_journal_commit_transaction", "kjournald2", "kthread"});
    made.kernel_thread(61, "jbd2/loop0-8", {"jbd2_write_superblock", "jbd2_journal_commit_transaction", "kjournald2", "kthread"});
    made.kernel_thread(62, "kworker/u8:2+loop1", {"percpu_rwsem_wait", "lo_rw_aio.isra.0", "loop_process_work", "process_one_work"});
    const Diagnosis diagnosis = made.why();
    CHECK(diagnosis.cause == "uninterruptible");
    CHECK(diagnosis.confidence == Confidence::likely);
    CHECK(blamed(diagnosis) == std::vector{62});
    REQUIRE(diagnosis.chain.size() == 3);
    CHECK(diagnosis.chain[0].to.find("jbd2/loop1-8") != std::string::npos);
    CHECK(diagnosis.chain[1].to.find("kworker") != std::string::npos);
    CHECK(diagnosis.evidence[0].find("4 writes in flight") != std::string::npos);
    REQUIRE(diagnosis.remedies.size() == 1);
    CHECK(diagnosis.remedies.front().command == "fsfreeze --unfreeze /images");
}

TEST_CASE("the memory map's lock is looked for among who has that memory") {
    Locked made;
    Thread waiter = made.init.threads.front();
    waiter.tid = Tid{201};
    waiter.state = asleep;
    waiter.syscall = call_mmap;
    waiter.kernel_stack = {"vm_mmap_pgoff", "ksys_mmap_pgoff"};
    made.init.threads.push_back(waiter);
    sleeps(made.host.add(300, 1, "other"), call_mmap, {"msleep", "mmap_region", "do_mmap", "vm_mmap_pgoff"});
    SUBCASE("another process's thread is no holder of it") {
        const Diagnosis diagnosis = made.why();
        CHECK(diagnosis.culprits.empty());
        CHECK(has_limit(diagnosis, "mmap_lock"));
    }
    SUBCASE("one of its own is") {
        sleeps(made.init, call_mmap, {"msleep", "mmap_region", "do_mmap", "vm_mmap_pgoff"});
        const Diagnosis diagnosis = made.why();
        CHECK(diagnosis.cause == "uninterruptible");
        CHECK_FALSE(has_limit(diagnosis, "mmap_lock"));  // what that one waits for is the root
    }
    SUBCASE("who reads it by /proc is") {
        Process& ps = made.host.add(301, 1, "ps");
        Host::fd(ps, 3, OpenFileKind::file, 99, read_only, OpenFileRole::none, "/proc/200/cmdline");
        sleeps(ps, call_read, {"msleep", "handle_mm_fault", "__get_user_pages", "__access_remote_vm", "get_task_cmdline"});
        CHECK(blamed(made.why()) == std::vector{301});
    }
}

TEST_CASE("mmap_lock: from a change of mappings, to the debugger that touched a page, to the server that is to give it") {
    Locked made;
    constexpr std::uint64_t served = 42;
    sleeps(made.init, call_mmap, {"vm_mmap_pgoff", "do_syscall_64"});
    Process& debugger = made.host.add(300, 1, "debugger");
    Process& server = made.host.add(500, 1, "server");
    Host::fd(debugger, 3, OpenFileKind::file, 99, read_only, OpenFileRole::none, "/proc/200/mem");
    sleeps(debugger, call_number("pread64"),
           {"folio_wait_bit_common", "filemap_fault", "__do_fault", "do_fault", "__handle_mm_fault", "handle_mm_fault", "__get_user_pages",
            "__get_user_pages_remote", "__access_remote_vm", "mem_rw", "vfs_read", "__x64_sys_pread64"});
    made.host.snapshot().mounts = {{.id = 1,
                                    .device = served,
                                    .mount_point = "/data",
                                    .type = "fuse.x",
                                    .source = "x",
                                    .seen_from = Pid{200},
                                    .fuse_server = server.pid}};
    Mount& mount = made.host.snapshot().mounts.front();
    const auto has_file = [&] {
        Host::fd(made.init, 5, OpenFileKind::file, 12, read_only, OpenFileRole::none, "/data/file").device = served;
    };
    const auto stop = [&] { server.state = server.threads.front().state = ProcessState::stopped; };
    SUBCASE("which is stopped, and the process has a file of it") {
        has_file();
        stop();
        const Diagnosis diagnosis = made.why();
        CHECK(diagnosis.cause == "filesystem-unresponsive");
        CHECK(diagnosis.confidence == Confidence::likely);
        CHECK(blamed(diagnosis) == std::vector{500});
    }
    SUBCASE("which is stopped, and leaves requests lie") {
        mount.fuse_waiting = 1;
        stop();
        CHECK(blamed(made.why()) == std::vector{500});
    }
    SUBCASE("a server that is at work is not to blame, though the process has a file of it: the page may be a disk's") {
        mount.fuse_waiting = 1;
        has_file();
        CHECK(blamed(made.why()) == std::vector{300});
    }
    SUBCASE("nor is one that is stopped, but of which nothing is wanted") {
        stop();
        CHECK(blamed(made.why()) == std::vector{300});
    }
    SUBCASE("nor where the page is no file's") {
        std::erase(debugger.threads.front().kernel_stack, "filemap_fault");
        has_file();
        stop();
        CHECK(blamed(made.why()) == std::vector{300});
    }
}

TEST_CASE("namespace_sem: from a reader of its mounts, to who copies many and is held back at the limit of its memory") {
    Locked made;
    Host::fd(made.init, 3, OpenFileKind::file, 98, read_only, OpenFileRole::none, "/proc/200/mounts");
    sleeps(made.init, call_read, {"m_start", "seq_read_iter", "vfs_read", "ksys_read"});
    Process& copier = made.host.add(300, 1, "copier");
    copier.cgroup = "/copier";
    sleeps(copier, call_number("unshare"),
           {"mem_cgroup_handle_over_high", "try_charge_memcg", "obj_cgroup_charge_pages", "alloc_vfsmnt", "clone_mnt", "copy_tree",
            "copy_mnt_ns", "create_new_namespaces", "ksys_unshare"});
    made.host.snapshot().cgroups.push_back({.path = "/copier", .memory_current = 8192, .memory_high = 4096});
    const Diagnosis diagnosis = made.why();
    CHECK(diagnosis.cause == "memory-limit");
    CHECK(blamed(diagnosis) == std::vector{300});
    CHECK(diagnosis.confidence <= Confidence::likely);
    REQUIRE(diagnosis.chain.size() == 2);
    CHECK(diagnosis.chain[0].to.find("copier") != std::string::npos);
}
