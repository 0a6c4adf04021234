#include "decoders/kernel/lock_classes.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::kernel {

namespace {

using Functions = std::span<const std::string_view>;

template <typename... Names>
constexpr std::array<std::string_view, sizeof...(Names)> list(Names... names) {
    return {std::string_view(names)...};
}

// linux/net/core/rtnetlink.c, dev.c, dev_ioctl.c, net_namespace.c; net/ethtool; net/ipv4; net/ipv6; net/sched; drivers/net/tun.c.
// rtnl_lock() is mutex_lock() alone, and the compiler may leave it out.
constexpr auto rtnl_takes = list(
    "rtnl_lock*", "__rtnl_lock", "rtnl_net_lock*", "rtnl_nets_lock", "rtnetlink_rcv", "rtnetlink_rcv_msg", "rtnl_newlink", "rtnl_dellink",
    "rtnl_setlink", "rtnl_getlink", "rtnl_dumpit", "rtnl_dump_all", "rtnl_fdb_*", "rtnl_bridge_*", "rtnl_stats_*", "rtnl_newnsid",
    "rtnl_link_register", "rtnl_link_unregister", "dev_ioctl", "dev_ethtool", "devinet_ioctl", "ip_rt_ioctl", "ip6_route_ioctl*",
    "ipv6_route_ioctl", "addrconf_add_ifaddr", "addrconf_del_ifaddr", "addrconf_set_dstaddr", "inet_rtm_*", "inet6_rtm_*", "inetdev_event",
    "register_netdev", "unregister_netdev", "register_netdevice_notifier*", "unregister_netdevice_notifier*", "register_nexthop_notifier",
    "unregister_nexthop_notifier", "default_device_exit_batch", "default_device_exit_net", "ops_exit_rtnl_list", "linkwatch_event",
    "addrconf_dad_work", "addrconf_verify_work", "mld_*_work", "tun_chr_close", "__tun_chr_ioctl", "tun_chr_ioctl", "tc_modify_qdisc",
    "tc_get_qdisc", "tc_new_tfilter", "tc_del_tfilter", "ethnl_default_*", "ethnl_set_*", "ethnl_act_*", "ip_mc_drop_socket",
    "ip_mc_join_group*", "ip_mc_leave_group*", "ipv6_sock_mc_*", "ipv6_sock_ac_*", "fib_nl_newrule", "fib_nl_delrule", "neigh_add",
    "neigh_delete", "wg_*_doit", "vlan_ioctl_handler", "br_ioctl_stub", "bond_*_work", "ppp_*ioctl", "packet_notifier");
constexpr auto rtnl_waits = list("*<ops_init", "*<ops_exit_list", "*<ops_pre_exit_list", "ops_undo_list");
constexpr auto rtnl_within =
    list("__dev_ethtool", "do_setlink*", "rtnl_newlink_create", "__rtnl_newlink", "rtnl_delete_link", "unregister_netdevice_many*",
         "unregister_netdevice_queue", "register_netdevice", "__dev_open", "__dev_close_many", "__dev_change_flags", "dev_change_flags",
         "netif_change_flags", "netdev_master_*", "__dev_change_net_namespace", "netif_change_net_namespace", "call_netdevice_notifiers*",
         "tcf_block_*", "qdisc_create", "qdisc_graft");
constexpr auto rtnl_after = list("netdev_run_todo", "netdev_wait_allrefs*", "__request_module", "call_usermodehelper_exec");

// linux/net/core/net_namespace.c
constexpr auto pernet_takes = list("copy_net_ns", "cleanup_net", "register_pernet_subsys", "unregister_pernet_subsys",
                                   "register_pernet_device", "unregister_pernet_device", "register_netdevice_notifier", "net_ns_barrier");
constexpr auto pernet_within = list("setup_net", "ops_init", "netdev_wait_allrefs*", "netdev_run_todo<default_device_exit_batch");
constexpr auto pernet_after = list("net_ns_net_exit*");

// linux/kernel/cgroup/cgroup.c, cgroup-v1.c, rstat.c; kernel/bpf/cgroup.c
constexpr auto cgroup_takes =
    list("cgroup_lock", "cgroup_kn_lock_live", "cgroup_lock_and_drain_offline", "cgroup_mkdir", "cgroup_rmdir", "cgroup_procs_write*",
         "__cgroup_procs_write*", "cgroup_threads_write*", "cgroup1_procs_write*", "__cgroup1_procs_write*", "cgroup1_tasks_write",
         "cgroup_tasks_write", "cgroup_subtree_control_write", "cgroup_type_write", "cgroup_max_*_write", "cgroup_freeze_write",
         "cgroup_kill_write", "cgroup_attach_task_all", "cgroup_transfer_tasks", "cgroup_do_get_tree", "cgroup1_get_tree",
         "cgroup1_reconfigure", "cgroup_reconfigure", "cgroup_show_path", "cgroup_css_set_fork", "css_killed_work_fn", "css_free_rwork_fn",
         "css_release_work_fn", "css_killed_ref_fn", "proc_cgroup_show", "proc_cgroupstats_show", "cgroupstats_build",
         "cgroup1_release_agent", "cgroup_get_from_path", "cgroup_bpf_prog_attach", "cgroup_bpf_prog_detach", "cgroup_bpf_prog_query",
         "cgroup_bpf_link_*", "cgroup_pressure_write", "freezer_write", "cgroup_kill_sb");
constexpr auto cgroup_within =
    list("cgroup_attach_task", "cgroup_migrate", "cgroup_migrate_execute", "cgroup_migrate_prepare_dst", "cgroup_update_dfl_csses",
         "cgroup_apply_control*", "cgroup_destroy_locked", "css_create", "cgroup_addrm_files", "cgroup_apply_cftypes", "rebind_subsystems",
         "cgroup_setup_root", "cpuset_attach*", "cpuset_can_attach", "cpuset_change_task_nodemask", "mem_cgroup_can_attach",
         "mem_cgroup_move_*", "css_populate_dir", "offline_css", "online_css", "cgroup_attach_lock", "cgroup_do_freeze",
         "freezer_change_state", "__cgroup_bpf_attach", "__cgroup_bpf_detach");
constexpr auto cgroup_after = list("cgroup_drain_dying");

constexpr auto members_waits =
    list("copy_process", "exit_signals", "begin_new_exec", "de_thread", "cgroup_threadgroup_change_begin", "cgroup_can_fork");
constexpr auto members_within =
    list("cgroup_attach_lock", "cgroup_procs_write_start", "cgroup_attach_task", "cgroup_migrate*", "cgroup_update_dfl_csses",
         "cgroup_attach_task_all", "cgroup_transfer_tasks", "percpu_down_write<cgroup_*", "percpu_rwsem_wait<cgroup_*");
constexpr auto forks_waits = list("cgroup_attach_lock", "cgroup_procs_write_start", "__cgroup_procs_write", "__cgroup1_procs_write*",
                                  "cgroup_update_dfl_csses", "cgroup_attach_task_all");
constexpr auto forks_within = list("copy_process", "exit_signals", "begin_new_exec");

// linux/fs/notify
constexpr auto marks_waits = list("fsnotify_wait_marks_destroyed", "fsnotify_destroy_group", "fsnotify_destroy_marks<*");
constexpr auto marks_within = list("fsnotify_mark_destroy_workfn", "fsnotify_connector_destroy_workfn");
constexpr auto readers_waits = list("fsnotify_mark_destroy_workfn", "fsnotify_connector_destroy_workfn");
constexpr auto readers_within = list("fsnotify", "__fsnotify_parent", "fsnotify_handle_event", "fsnotify_handle_inode_event",
                                     "inotify_handle_inode_event", "fanotify_handle_event");
// It waits for an answer without SRCU: fsnotify_prepare_user_wait().
constexpr auto readers_after = list("fanotify_get_response", "fsnotify_prepare_user_wait");

// linux/fs/jbd2, fs/ext4
constexpr auto journal_waits =
    list("jbd2_log_wait_commit", "wait_transaction_locked", "wait_transaction_switching", "start_this_handle", "add_transaction_credits",
         "do_get_write_access", "jbd2_complete_transaction", "jbd2_fc_begin_commit", "__jbd2_log_wait_for_space",
         "jbd2_journal_lock_updates", "jbd2_journal_destroy", "jbd2_might_wait_for_commit");
constexpr auto journal_within = list("jbd2_journal_commit_transaction", "jbd2_log_do_checkpoint");
constexpr auto handles_waits = list("jbd2_journal_wait_updates", "jbd2_journal_lock_updates");
constexpr auto handles_within =
    list("ext4_write_begin", "ext4_da_write_begin", "ext4_write_end", "ext4_da_write_end", "ext4_da_do_write_end", "ext4_do_writepages",
         "ext4_writepages", "ext4_truncate", "ext4_evict_inode", "ext4_create", "ext4_mkdir", "ext4_unlink", "__ext4_unlink", "ext4_rmdir",
         "ext4_rename*", "ext4_symlink", "ext4_link", "ext4_setattr", "ext4_dirty_inode", "ext4_map_blocks", "ext4_ext_*", "ext4_orphan_*",
         "ext4_xattr_set*");
// Before a handle was had.
constexpr auto handles_after = list("start_this_handle", "jbd2__journal_start", "__ext4_journal_start_sb", "wait_transaction_locked",
                                    "percpu_rwsem_wait", "jbd2_log_wait_commit");

// linux/fs/fs-writeback.c
constexpr auto flush_waits =
    list("sync_inodes_sb", "wb_wait_for_completion", "__writeback_inodes_sb_nr", "writeback_inodes_sb_nr", "try_to_writeback_inodes_sb",
         "inode_sleep_on_writeback", "__inode_wait_for_writeback", "inode_wait_for_writeback", "cgroup_writeback_umount");
constexpr auto flush_within = list("wb_workfn", "wb_do_writeback", "wb_writeback", "writeback_sb_inodes", "inode_switch_wbs_work_fn");

// linux/fs/super.c, fs/sync.c, fs/overlayfs/super.c
constexpr auto super_takes = list("super_lock", "super_lock_excl", "super_lock_shared", "grab_super*", "deactivate_super",
                                  "iterate_supers*", "user_get_super", "get_super*", "freeze_super", "thaw_super", "sget_fc",
                                  "do_umount_root", "do_emergency_remount*", "reconfigure_super", "bdev_super_lock", "super_cache_*");
constexpr auto super_waits = list("path_umount", "path_mount", "do_remount", "quotactl_*");
constexpr auto super_within =
    list("generic_shutdown_super", "kill_block_super", "kill_anon_super", "sync_filesystem", "ovl_sync_fs", "ovl_put_super",
         "sync_inodes_one_sb", "sync_fs_one_sb", "__sync_filesystem", "evict_inodes", "shrink_dcache_for_umount", "ext4_put_super",
         "xfs_fs_put_super", "fuse_kill_sb_anon", "ext4_fill_super", "xfs_fs_fill_super", "get_tree_bdev*", "deactivate_locked_super");

// linux/fs/namespace.c, proc_namespace.c
constexpr auto mounts_takes = list("namespace_lock", "do_lock_mount", "lock_mount", "copy_mnt_ns", "do_move_mount", "put_mnt_ns",
                                   "m_start<seq_read*", "do_mount_setattr", "__do_sys_mount_setattr", "mounts_open*", "finish_automount",
                                   "mark_mounts_for_expiry", "drop_collected_mounts", "do_umount", "__detach_mounts", "open_tree*");
constexpr auto mounts_within = list("attach_recursive_mnt", "umount_tree", "copy_tree", "propagate_mnt", "propagate_umount", "graft_tree",
                                    "show_mountinfo", "show_vfsmnt", "show_vfsstat", "m_show<seq_read*", "do_add_mount");
constexpr auto mounts_after = list("namespace_unlock", "cleanup_mnt", "deactivate_super", "mntput_no_expire", "__cleanup_mnt");

// linux/mm; arch/x86/mm/fault.c
constexpr auto memory_takes =
    list("do_user_addr_fault", "exc_page_fault", "lock_mm_and_find_vma", "__access_remote_vm", "access_remote_vm", "get_task_cmdline*",
         "proc_pid_cmdline_read", "environ_read", "mem_rw*", "vm_mmap_pgoff", "__vm_munmap", "vm_munmap", "do_mprotect_pkey", "do_madvise*",
         "madvise_lock", "__x64_sys_munmap", "__do_sys_munmap", "__x64_sys_mremap", "__do_sys_mremap", "__x64_sys_brk", "__do_sys_brk",
         "__x64_sys_remap_file_pages", "__mm_populate", "do_mlock", "apply_mlockall_flags", "__do_sys_mlockall", "do_msync",
         "__do_sys_msync", "__x64_sys_msync", "dup_mmap", "dup_mm", "exit_mm", "exit_mmap", "m_start<seq_read*", "m_start<traverse*",
         "pagemap_read", "smaps_rollup*", "show_smaps_rollup", "clear_refs_write", "userfaultfd_*", "process_vm_rw_*", "get_user_pages_*",
         "__get_user_pages_*", "gup_fast_fallback", "pin_user_pages_*", "do_shmat", "ksys_shmdt", "task_numa_work", "do_mincore",
         "__do_sys_mincore", "mpol_rebind_mm", "do_pages_stat", "kernel_migrate_pages", "khugepaged*", "collapse_huge_page", "oom_reap_*",
         "prctl_set_mm*", "aio_setup_ring", "uprobe_*", "map_files_*", "dup_mm_exe_file");
constexpr auto memory_within =
    list("do_mmap", "mmap_region", "__mmap_region", "do_vmi_munmap", "do_vmi_align_munmap", "__do_munmap", "unmap_region", "mprotect_fixup",
         "handle_mm_fault", "__handle_mm_fault", "__get_user_pages", "populate_vma_page_range", "walk_page_range*", "move_vma", "mremap_to",
         "madvise_vma*", "do_brk_flags", "mlock_fixup", "faultin_page", "unmap_vmas", "show_map_vma", "show_smap");
constexpr auto memory_after = list("mmput", "__mmput", "vfs_fsync_range");
constexpr auto area_waits = list("__vma_start_write", "vma_start_write*", "__vma_enter_locked", "vma_mark_detached*");
constexpr auto area_within = list("handle_mm_fault", "__handle_mm_fault", "lock_vma_under_rcu", "do_fault", "__do_fault");

// linux/block, drivers/block/loop.c, drivers/md
constexpr auto device_waits = list(
    "folio_wait_bit*", "folio_wait_writeback*", "wait_on_page_bit*", "__wait_on_buffer", "bit_wait_io", "__lock_buffer", "io_schedule*",
    "submit_bio_wait", "blk_mq_get_tag", "blk_mq_freeze_queue_wait", "blk_queue_enter*", "__bio_queue_enter", "jbd2_write_superblock",
    "jbd2_journal_commit_transaction", "jbd2_log_do_checkpoint", "xfs_buf_iowait", "xfs_buf_delwri_*", "xlog_*", "xfs_log_force*",
    "balance_dirty_pages*", "rq_qos_wait", "wbt_wait", "__blkdev_direct_IO*", "iomap_dio_*", "blkdev_issue_*", "submit_bio_noacct*",
    "__iomap_dio_rw", "filemap_read_folio", "ext4_commit_super", "ext4_sb_bread*", "__ext4_sb_bread*", "ext4_read_bh*", "ext4_bread*",
    "__read_extent_tree_block", "__ext4_get_inode_loc*", "ext4_wait_block_bitmap", "sync_dirty_buffer", "__sync_dirty_buffer");
constexpr auto device_within = list("loop_process_work", "loop_workfn", "loop_rootcg_workfn", "loop_handle_cmd", "loop_queue_work",
                                    "lo_rw_aio", "do_req_filebacked", "dm_wq_work", "process_thin_deferred_bios", "do_work<kthread_*",
                                    "dm_submit_bio", "kcryptd_*", "do_mirror", "raid5d", "raid1d", "raid10d", "md_thread");

// The first that fits is what is said: those that are narrower stand before the wider ones.
constexpr LockClass classes[] = {
    {.name = "the network's configuration lock (rtnl)",
     .reach = Reach::host,
     .takes = rtnl_takes,
     .waits = rtnl_waits,
     .within = rtnl_within,
     .after = rtnl_after},
    {.name = "the lock of all network namespaces (pernet_ops_rwsem)",
     .reach = Reach::host,
     .takes = pernet_takes,
     .waits = {},
     .within = pernet_within,
     .after = pernet_after},
    {.name = "the lock of all cgroups' members (cgroup_threadgroup_rwsem)",
     .reach = Reach::host,
     .takes = {},
     .waits = members_waits,
     .within = members_within,
     .after = {},
     .per_cpu = true},
    {.name = "the forks and exits under way, before processes change their cgroup (cgroup_threadgroup_rwsem)",
     .reach = Reach::host,
     .takes = {},
     .waits = forks_waits,
     .within = forks_within,
     .after = {},
     .per_cpu = true},
    {.name = "the lock of all cgroups (cgroup_mutex)",
     .reach = Reach::host,
     .takes = cgroup_takes,
     .waits = {},
     .within = cgroup_within,
     .after = cgroup_after},
    {.name = "a reader of fsnotify's marks to leave (SRCU)",
     .reach = Reach::host,
     .takes = {},
     .waits = readers_waits,
     .within = readers_within,
     .after = readers_after},
    {.name = "inotify's or fanotify's marks to be destroyed",
     .reach = Reach::host,
     .takes = {},
     .waits = marks_waits,
     .within = marks_within,
     .after = {}},
    {.name = "the handles of ext4's journal (jbd2) that are open",
     .reach = Reach::device,
     .takes = {},
     .waits = handles_waits,
     .within = handles_within,
     .after = handles_after},
    {.name = "a commit of ext4's journal (jbd2)",
     .reach = Reach::device,
     .takes = {},
     .waits = journal_waits,
     .within = journal_within,
     .after = {}},
    {.name = "what is dirty on a file system to be written back",
     .reach = Reach::device,
     .takes = {},
     .waits = flush_waits,
     .within = flush_within,
     .after = {}},
    {.name = "a file system's own lock (s_umount)",
     .reach = Reach::device,
     .takes = super_takes,
     .waits = super_waits,
     .within = super_within,
     .after = {}},
    {.name = "the lock of all mounts (namespace_sem)",
     .reach = Reach::host,
     .takes = mounts_takes,
     .waits = {},
     .within = mounts_within,
     .after = mounts_after},
    {.name = "the lock of a part of its memory map (a vma's)",
     .reach = Reach::memory,
     .takes = {},
     .waits = area_waits,
     .within = area_within,
     .after = {}},
    {.name = "the lock of its memory map (mmap_lock)",
     .reach = Reach::memory,
     .takes = memory_takes,
     .waits = {},
     .within = memory_within,
     .after = memory_after},
    {.name = "a block device",
     .reach = Reach::device,
     .takes = {},
     .waits = device_waits,
     .within = device_within,
     .after = {},
     .by_kernel = true},
};

// They sleep for whoever is above them on the stack.
constexpr auto sleepers =
    list("percpu_rwsem_wait", "__percpu_down_read*", "percpu_down_*", "rwsem_down_*", "__rwsem_*", "__mutex_lock*", "mutex_lock*",
         "down_read*", "down_write*", "__down*", "schedule*", "__schedule", "__flush_work", "flush_work", "flush_delayed_work",
         "wait_for_completion*", "__wait_for_common", "synchronize_srcu*", "__synchronize_srcu*", "call_rwsem_down_*");
constexpr auto per_cpu_sleepers = list("percpu_rwsem_wait", "__percpu_down_read*", "percpu_down_*");

constexpr auto usual_sleeps =
    list("futex_*", "__futex_wait", "do_futex", "ep_poll", "do_epoll_wait", "poll_schedule_timeout*", "do_sys_poll", "do_select",
         "hrtimer_nanosleep", "do_nanosleep", "do_wait", "kernel_wait4", "__do_sys_waitid", "pipe_read", "anon_pipe_read",
         "anon_pipe_write", "pipe_write", "wait_for_partner", "unix_stream_*", "unix_wait_for_peer", "__skb_wait_for_more_packets*",
         "inet_csk_accept", "sk_wait_data", "tcp_recvmsg*", "wait_woken", "n_tty_read", "n_tty_write", "do_signal_stop", "sigtimedwait",
         "do_sigtimedwait", "sigsuspend", "__x64_sys_pause", "worker_thread", "rescuer_thread", "kthreadd", "smpboot_thread_fn",
         "kthread_worker_fn", "ptrace_stop", "signalfd_read_iter", "inotify_read", "fuse_dev_do_read", "io_cqring_wait", "eventfd_read",
         "do_exit", "zap_pid_ns_processes", "kjournald2", "kswapd", "kcompactd", "rcu_gp_kthread", "rcu_gp_fqs_loop", "rcu_nocb_*",
         "oom_reaper", "ksm_scan_thread", "khugepaged", "watchdog", "devtmpfsd", "psi_rtpoll_worker", "0");

/// ".isra.0", ".constprop.0", ".part.0"
std::string_view plain(std::string_view function) {
    return function.substr(0, function.find('.'));
}

bool is_like(std::string_view pattern, std::string_view function) {
    const std::size_t star = pattern.find('*');
    if (star == pattern.npos) return pattern == function;
    const std::string_view head = pattern.substr(0, star), tail = pattern.substr(star + 1);
    return function.size() >= head.size() + tail.size() && function.starts_with(head) && function.ends_with(tail);
}

/// The function at `at` fits one of them.
bool fits(Functions patterns, std::span<const SharedText> stack, std::size_t at) {
    const std::string_view function = plain(stack[at]);
    return std::ranges::any_of(patterns, [&](std::string_view pattern) {
        const std::size_t by = pattern.find('<');
        if (by == pattern.npos) return is_like(pattern, function);
        return at + 1 < stack.size() && is_like(pattern.substr(0, by), function) && is_like(pattern.substr(by + 1), plain(stack[at + 1]));
    });
}

/// Where the stack leaves what only sleeps.
std::size_t asker(std::span<const SharedText> stack) {
    std::size_t at = 0;
    while (at < stack.size() && fits(sleepers, stack, at)) ++at;
    return at;
}

bool waits_for(const LockClass& lock, std::span<const SharedText> stack) {
    const std::size_t at = asker(stack);
    if (at >= stack.size()) return false;
    if (lock.per_cpu && !(at > 0 && fits(per_cpu_sleepers, stack, 0))) return false;
    return fits(lock.takes, stack, at) || fits(lock.waits, stack, at) || (at > 0 && fits(lock.waits, stack, at - 1));
}

}  // namespace

const LockClass* waited_for(std::span<const SharedText> stack, bool at_memory_file) {
    const auto find = [&](bool any) {
        return std::ranges::find_if(classes,
                                    [&](const LockClass& lock) { return (any || lock.reach == Reach::memory) && waits_for(lock, stack); });
    };
    auto found = find(!at_memory_file);
    if (at_memory_file && found == std::end(classes)) found = find(true);
    return found == std::end(classes) ? nullptr : &*found;
}

bool is_inside(const LockClass& lock, std::span<const SharedText> stack) {
    if (waits_for(lock, stack)) return false;
    bool inside = false;
    for (std::size_t at = 0; at < stack.size(); ++at) {
        if (fits(lock.after, stack, at)) return false;
        inside |= fits(lock.within, stack, at) || (at > 0 && fits(lock.takes, stack, at));
    }
    return inside;
}

bool is_usual_sleep(std::string_view function) {
    const std::string_view name = plain(function);
    return std::ranges::any_of(usual_sleeps, [&](std::string_view pattern) { return is_like(pattern, name); });
}

}  // namespace shimtrace::kernel
