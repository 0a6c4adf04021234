#include "decoders/kernel/lock_classes.hpp"

#include "decoders/kernel/remote_memory.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using kernel::is_inside;
using kernel::waited_for;

namespace {

using Stack = std::vector<SharedText>;

std::string_view waits_for(const Stack& stack) {
    const kernel::LockClass* lock = waited_for(stack);
    return lock ? lock->name : std::string_view();
}

// As /proc/PID/stack of Linux 6.18 had them: rtnl_lock() and mutex_lock() do not show.
const Stack ip_link{"rtnl_newlink", "netlink_rcv_skb", "netlink_unicast", "netlink_sendmsg", "__sys_sendto"};
const Stack unshare_net{"register_nexthop_notifier", "ops_init", "setup_net", "copy_net_ns", "create_new_namespaces"};
const Stack ethtool_in_fault{"handle_userfault", "__handle_mm_fault", "handle_mm_fault", "exc_page_fault", "asm_exc_page_fault",
                             "_copy_to_user",    "dev_ethtool",       "dev_ioctl",       "sock_do_ioctl"};
const Stack file_sync{"folio_wait_bit", "folio_wait_writeback", "__filemap_fdatawait_range", "file_write_and_wait_range", "ext4_sync_file"};
const Stack loop_worker{"percpu_rwsem_wait", "lo_rw_aio.isra.0", "loop_process_work", "process_one_work", "worker_thread", "kthread"};
const Stack commit{"jbd2_write_superblock", "jbd2_journal_update_sb_log_tail", "jbd2_journal_commit_transaction", "kjournald2", "kthread"};

}  // namespace

TEST_CASE("who sleeps right in what takes a lock waits for it; who sleeps further in has it") {
    const kernel::LockClass* rtnl = waited_for(ip_link);
    REQUIRE(rtnl);
    CHECK(rtnl->name == "the network's configuration lock (rtnl)");
    CHECK(waited_for(unshare_net) == rtnl);
    CHECK(is_inside(*rtnl, ethtool_in_fault));
    CHECK_FALSE(is_inside(*rtnl, ip_link));
    CHECK_FALSE(is_inside(*rtnl, unshare_net));
    SUBCASE("the lock's own functions, where they show") {
        CHECK(waited_for(Stack{"__mutex_lock.constprop.0", "rtnl_lock", "rtnetlink_rcv_msg"}) == rtnl);
        CHECK(waited_for(Stack{"rtnl_lock_killable", "dev_ioctl"}) == rtnl);
    }
    SUBCASE("what was given back is had no more") {
        CHECK_FALSE(
            is_inside(*rtnl, Stack{"msleep", "netdev_wait_allrefs_any", "netdev_run_todo", "rtnetlink_rcv_msg", "netlink_rcv_skb"}));
        CHECK_FALSE(is_inside(*rtnl, Stack{"call_usermodehelper_exec", "__request_module", "dev_load", "dev_ioctl"}));
    }
}

TEST_CASE("each class of the kernel's locks has its waiters and its likely holders") {
    struct Row {
        std::string_view what;
        Stack waiter, holder;
    };
    const Row rows[] = {
        {"cgroup_mutex",
         {"cgroup_kn_lock_live", "__cgroup_procs_write", "cgroup_procs_write", "kernfs_fop_write_iter", "vfs_write"},
         {"mpol_rebind_mm", "cpuset_attach", "cgroup_migrate_execute", "cgroup_attach_task", "__cgroup1_procs_write"}},
        {"cgroup_mutex", {"cgroup_lock_and_drain_offline", "cgroup_do_get_tree", "cgroup1_get_tree"}, {"msleep", "rebind_subsystems"}},
        {"cgroup_threadgroup_rwsem",
         {"percpu_rwsem_wait", "__percpu_down_read", "copy_process", "kernel_clone"},
         {"mpol_rebind_mm", "cpuset_attach", "cgroup_migrate_execute", "cgroup_attach_task"}},
        {"forks and exits under way",
         {"percpu_rwsem_wait", "percpu_down_write", "cgroup_attach_lock", "cgroup_procs_write_start"},
         {"dup_mmap", "dup_mm", "copy_process", "kernel_clone"}},
        {"marks to be destroyed",
         {"__flush_work", "fsnotify_wait_marks_destroyed", "fsnotify_destroy_group", "inotify_release", "__fput"},
         {"__synchronize_srcu", "synchronize_srcu", "fsnotify_mark_destroy_workfn", "process_one_work"}},
        {"a reader of fsnotify's marks",
         {"__synchronize_srcu", "synchronize_srcu", "fsnotify_mark_destroy_workfn", "process_one_work"},
         {"mem_cgroup_handle_over_high", "inotify_handle_inode_event", "fsnotify_handle_event", "fsnotify", "vfs_write"}},
        {"a commit of ext4's journal", {"jbd2_log_wait_commit", "jbd2_complete_transaction", "ext4_sync_file"}, commit},
        {"a commit of ext4's journal", {"wait_transaction_locked", "add_transaction_credits", "start_this_handle"}, commit},
        {"handles of ext4's journal",
         {"jbd2_journal_wait_updates", "jbd2_journal_commit_transaction", "kjournald2"},
         {"folio_wait_bit", "ext4_da_write_begin", "generic_perform_write"}},
        {"what is dirty on a file system",
         {"wb_wait_for_completion", "sync_inodes_sb", "sync_filesystem", "ovl_sync_fs", "sync_filesystem", "generic_shutdown_super"},
         {"folio_wait_bit", "ext4_writepages", "do_writepages", "writeback_sb_inodes", "wb_workfn"}},
        {"s_umount", {"super_lock", "iterate_supers", "ksys_sync"}, {"wb_wait_for_completion", "sync_inodes_sb", "generic_shutdown_super"}},
        {"namespace_sem", {"m_start", "seq_read_iter", "vfs_read"}, {"request_wait_answer", "show_mountinfo", "m_show", "seq_read_iter"}},
        {"mmap_lock", {"__access_remote_vm", "get_task_cmdline", "proc_pid_cmdline_read"}, {"request_wait_answer", "handle_mm_fault"}},
        {"mmap_lock", {"vm_mmap_pgoff", "ksys_mmap_pgoff"}, {"request_wait_answer", "fuse_file_mmap", "__mmap_region", "do_mmap"}},
        {"memory map (a vma's)", {"__vma_start_write", "mprotect_fixup", "do_mprotect_pkey"}, {"request_wait_answer", "handle_mm_fault"}},
        {"a block device", file_sync, loop_worker},
        {"a block device", commit, loop_worker},
    };
    for (const Row& row : rows) {
        CAPTURE(row.waiter.front());
        const kernel::LockClass* lock = waited_for(row.waiter);
        REQUIRE(lock);
        CAPTURE(lock->name);
        CHECK(lock->name.find(row.what) != lock->name.npos);
        CHECK(is_inside(*lock, row.holder));
        CHECK_FALSE(is_inside(*lock, row.waiter));
    }
}

TEST_CASE("what has another name, or is idle, is no such wait") {
    CHECK(waits_for({}) == "");
    CHECK(waits_for({"do_wait", "kernel_wait4"}) == "");
    CHECK(waits_for({"request_wait_answer", "fuse_simple_request"}) == "");
    // A frozen file system: the same sleep as that of a fork's, for another lock.
    CHECK(waits_for({"percpu_rwsem_wait", "__percpu_down_read", "vfs_write"}) == "");
    CHECK(waits_for(loop_worker) == "");
    CHECK(waits_for({"copy_process", "kernel_clone"}) == "");
    // A listener's answer is waited for without SRCU.
    const kernel::LockClass* srcu = waited_for(Stack{"synchronize_srcu", "fsnotify_mark_destroy_workfn"});
    REQUIRE(srcu);
    CHECK_FALSE(is_inside(*srcu, Stack{"fanotify_get_response", "fanotify_handle_event", "fsnotify", "do_open"}));
    for (const char* usual : {"futex_wait_queue", "ep_poll", "do_wait", "poll_schedule_timeout.constprop.0", "worker_thread", "0"})
        CHECK(kernel::is_usual_sleep(usual));
    for (const char* unusual : {"rtnl_newlink", "handle_userfault", "folio_wait_bit", "request_wait_answer"})
        CHECK_FALSE(kernel::is_usual_sleep(unusual));
}

TEST_CASE("maps and mounts are read by functions of one name: the file tells them apart") {
    const Stack stack{"m_start", "seq_read_iter", "vfs_read"};
    CHECK(waited_for(stack)->name.find("namespace_sem") != std::string_view::npos);
    CHECK(waited_for(stack, true)->name.find("mmap_lock") != std::string_view::npos);
    CHECK(waited_for(Stack{"cgroup_kn_lock_live", "cgroup_mkdir"}, true)->name.find("cgroup_mutex") != std::string_view::npos);
}

TEST_CASE("whose memory a thread works on is told by a file below /proc") {
    Process ps{.pid = Pid{10}};
    ps.fds.push_back({Fd{3}, {.kind = OpenFileKind::file, .path = "/proc/812/cmdline"}});
    ps.fds.push_back({Fd{4}, {.kind = OpenFileKind::file, .path = "/proc/stat"}});
    Thread thread{.syscall = 0};
    const auto asked = [&](std::uint64_t fd) {
        thread.args[0] = fd;
        return kernel::remote_memory(ps, thread);
    };
    CHECK(asked(3) == Pid{812});
    CHECK(kernel::is_at_memory_file(ps, thread));
    CHECK(asked(4) == Pid{});
    CHECK_FALSE(kernel::is_at_memory_file(ps, thread));
    CHECK(asked(9) == Pid{});
    CHECK(kernel::reads_memory_of(ps, Pid{812}));
    CHECK_FALSE(kernel::reads_memory_of(ps, Pid{81}));
}
