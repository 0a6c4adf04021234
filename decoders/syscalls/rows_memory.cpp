// Address spaces.
#include "decoders/constants/memory.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow memory_table[] = {
    {"mmap",
     class_desc | class_memory,
     {address("addr"), size("length"), flags64("prot", mmap_protections), of("flags", kinds::mmap_flags), fd("fd"), hex("offset")},
     results::hex},
    {"mprotect", class_memory, {address("addr"), size("length"), flags64("prot", mmap_protections)}},
    {"pkey_mprotect", class_memory, {address("addr"), size("length"), flags64("prot", mmap_protections), number("pkey")}},
    {"pkey_alloc", 0, {hex("flags"), flags64("access_rights", pkey_rights)}},
    {"pkey_free", 0, {number("pkey")}},
    {"munmap", class_memory, {address("addr"), size("length")}},
    {"mremap",
     class_memory,
     {address("old_address"), size("old_size"), size("new_size"), flags64("flags", mremap_flags), of("new_address", kinds::mremap_address)},
     results::hex},
    {"msync", class_memory, {address("addr"), size("length"), flags("flags", msync_flags)}},
    {"mincore", class_memory, {address("addr"), size("length"), of("vec", kinds::mincore_vector)}},
    {"madvise", class_memory, {address("addr"), size("length"), constant("advice", madvise_advices)}},
    {"process_madvise",
     class_desc,
     {fd("pidfd"), of("iovec", kinds::remote_iovec, 2), size("vlen"), constant("advice", madvise_advices), of("flags", kinds::hex32)}},
    {"process_mrelease", class_desc, {fd("pidfd"), of("flags", kinds::hex32)}},
    {"brk", class_memory, {address("addr")}, results::hex},
    {"mlock", class_memory, {address("addr"), size("len")}},
    {"mlock2", class_memory, {address("addr"), size("len"), flags("flags", mlock_flags)}},
    {"munlock", class_memory, {address("addr"), size("len")}},
    {"mlockall", class_memory, {flags("flags", mlockall_flags)}},
    {"munlockall", class_memory, {}},
    {"mseal", class_memory, {address("addr"), size("len"), hex("flags")}},
    {"map_shadow_stack", class_memory, {address("addr"), size("size"), hex("flags")}, results::hex},
    {"remap_file_pages",
     class_memory,
     {address("addr"), size("size"), flags64("prot", mmap_protections), size("pgoff"), of("flags", kinds::mmap_flags)}},
    {"mbind",
     class_memory,
     {address("addr"), size("len"), of("mode", kinds::memory_policy), of("nodemask", kinds::node_mask_in, 4), size("maxnode"),
      flags("flags", mbind_flags)}},
    {"set_mempolicy", class_memory, {of("mode", kinds::memory_policy32), of("nodemask", kinds::node_mask_in, 2), size("maxnode")}},
    {"get_mempolicy",
     class_memory,
     {of("mode", kinds::memory_policy_out), of("nodemask", kinds::node_mask_out, 2), size("maxnode"), address("addr"),
      flags64("flags", get_mempolicy_flags)}},
    {"set_mempolicy_home_node", class_memory, {address("start"), size("len"), size("home_node"), hex("flags")}},
    {"migrate_pages",
     class_memory,
     {pid("pid"), size("maxnode"), of("old_nodes", kinds::node_mask_in, 1), of("new_nodes", kinds::node_mask_in, 1)}},
    {"move_pages",
     class_memory,
     {pid("pid"), size("count"), of("pages", kinds::moved_pages, 1), of("nodes", kinds::moved_nodes, 1),
      of("status", kinds::moved_status, 1), flags("flags", move_pages_flags)}},
    {"process_vm_readv",
     0,
     {pid("pid"), out_iovec("local_iov", 2), size("liovcnt"), of("remote_iov", kinds::remote_iovec, 4), size("riovcnt"), size("flags")}},
    {"process_vm_writev",
     0,
     {pid("pid"), in_iovec("local_iov", 2), size("liovcnt"), of("remote_iov", kinds::remote_iovec, 4), size("riovcnt"), size("flags")}},
    {"membarrier", 0, {constant("cmd", membarrier_commands), flags("flags", membarrier_flags), number("cpu_id")}},
    {"futex",
     0,
     {address("uaddr"), of("futex_op", kinds::futex_operation), of("val", kinds::futex_value), of("timeout", kinds::futex_timeout),
      of("uaddr2", kinds::futex_second), of("val3", kinds::futex_value3)},
     {.waits = {locks}}},
    {"futex_waitv",
     0,
     {of("waiters", kinds::futex_waitv, 1), count("nr_futexes"), of("flags", kinds::hex32), of("timeout", kinds::timespec_in),
      constant("clockid", clock_names)},
     {.waits = {locks}}},
    {"futex_wake", 0, {address("uaddr"), hex("mask"), number("nr"), flags("flags", futex2_flags)}},
    {"futex_wait",
     0,
     {address("uaddr"), size("val"), hex("mask"), flags("flags", futex2_flags), of("timeout", kinds::timespec_in),
      constant("clockid", clock_names)}},
    {"futex_requeue", 0, {of("waiters", kinds::futex_waitv_pair), of("flags", kinds::hex32), number("nr_wake"), number("nr_requeue")}},
    {"set_robust_list", 0, {address("head"), size("len")}},
    {"get_robust_list", 0, {pid("pid"), of("head_ptr", kinds::out_address), of("len_ptr", kinds::out_uint64)}},
    {"rseq", 0, {hex("rseq"), hex("rseq_len"), hex("flags"), hex("sig")}},
};

std::span<const SyscallRow> memory_rows() {
    return memory_table;
}

}  // namespace shimtrace::decoders
