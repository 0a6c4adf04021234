#include "decoders/constants/memory.hpp"

namespace shimtrace::decoders {

static constexpr FlagName mmap_protections_rows[] = {
    {0, "PROT_NONE"},
    {1, "PROT_READ"},
    {2, "PROT_WRITE"},
    {4, "PROT_EXEC"},
    {8, "PROT_SEM"},
    {0x1000000, "PROT_GROWSDOWN"},
    {0x2000000, "PROT_GROWSUP"},
};
const FlagSet mmap_protections{"PROT_???", mmap_protections_rows};

static constexpr FlagName mmap_types_rows[] = {
    {0, "MAP_FILE"},
    {1, "MAP_SHARED"},
    {2, "MAP_PRIVATE"},
    {3, "MAP_SHARED_VALIDATE"},
    {8, "MAP_DROPPABLE"},
};
const FlagSet mmap_types{"MAP_???", mmap_types_rows};

static constexpr FlagName mmap_flags_rows[] = {
    {0x10, "MAP_FIXED"},
    {0x20, "MAP_ANONYMOUS"},
    {0x40, "MAP_32BIT"},
    {0x4000, "MAP_NORESERVE"},
    {0x8000, "MAP_POPULATE"},
    {0x10000, "MAP_NONBLOCK"},
    {0x100, "MAP_GROWSDOWN"},
    {0x800, "MAP_DENYWRITE"},
    {0x1000, "MAP_EXECUTABLE"},
    {0x2000, "MAP_LOCKED"},
    {0x20000, "MAP_STACK"},
    {0x40000, "MAP_HUGETLB"},
    {0x80000, "MAP_SYNC"},
    {0x100000, "MAP_FIXED_NOREPLACE"},
};
const FlagSet mmap_flags{"MAP_???", mmap_flags_rows};

static constexpr FlagName mremap_flags_rows[] = {
    {1, "MREMAP_MAYMOVE"},
    {2, "MREMAP_FIXED"},
    {4, "MREMAP_DONTUNMAP"},
};
const FlagSet mremap_flags{"MREMAP_???", mremap_flags_rows};

static constexpr FlagName msync_flags_rows[] = {
    {4, "MS_SYNC"},
    {1, "MS_ASYNC"},
    {2, "MS_INVALIDATE"},
};
const FlagSet msync_flags{"MS_???", msync_flags_rows};

static constexpr FlagName madvise_advices_rows[] = {
    {0, "MADV_NORMAL"},
    {1, "MADV_RANDOM"},
    {2, "MADV_SEQUENTIAL"},
    {3, "MADV_WILLNEED"},
    {4, "MADV_DONTNEED"},
    {8, "MADV_FREE"},
    {9, "MADV_REMOVE"},
    {0xa, "MADV_DONTFORK"},
    {0xb, "MADV_DOFORK"},
    {0xc, "MADV_MERGEABLE"},
    {0xd, "MADV_UNMERGEABLE"},
    {0xe, "MADV_HUGEPAGE"},
    {0xf, "MADV_NOHUGEPAGE"},
    {0x10, "MADV_DONTDUMP"},
    {0x11, "MADV_DODUMP"},
    {0x12, "MADV_WIPEONFORK"},
    {0x13, "MADV_KEEPONFORK"},
    {0x14, "MADV_COLD"},
    {0x15, "MADV_PAGEOUT"},
    {0x16, "MADV_POPULATE_READ"},
    {0x17, "MADV_POPULATE_WRITE"},
    {0x18, "MADV_DONTNEED_LOCKED"},
    {0x19, "MADV_COLLAPSE"},
    {0x64, "MADV_HWPOISON"},
    {0x65, "MADV_SOFT_OFFLINE"},
    {0x66, "MADV_GUARD_INSTALL"},
    {0x67, "MADV_GUARD_REMOVE"},
};
const FlagSet madvise_advices{"MADV_???", madvise_advices_rows};

static constexpr FlagName mlockall_flags_rows[] = {
    {1, "MCL_CURRENT"},
    {2, "MCL_FUTURE"},
    {4, "MCL_ONFAULT"},
};
const FlagSet mlockall_flags{"MCL_???", mlockall_flags_rows};

static constexpr FlagName mlock_flags_rows[] = {
    {1, "MLOCK_ONFAULT"},
};
const FlagSet mlock_flags{"MLOCK_???", mlock_flags_rows};

static constexpr FlagName pkey_rights_rows[] = {
    {1, "PKEY_DISABLE_ACCESS"},
    {2, "PKEY_DISABLE_WRITE"},
    {4, "PKEY_DISABLE_EXECUTE"},
};
const FlagSet pkey_rights{"PKEY_???", pkey_rights_rows};

static constexpr FlagName memory_policies_rows[] = {
    {0, "MPOL_DEFAULT"},
    {1, "MPOL_PREFERRED"},
    {2, "MPOL_BIND"},
    {3, "MPOL_INTERLEAVE"},
    {4, "MPOL_LOCAL"},
    {5, "MPOL_PREFERRED_MANY"},
    {6, "MPOL_WEIGHTED_INTERLEAVE"},
};
const FlagSet memory_policies{"MPOL_???", memory_policies_rows};

static constexpr FlagName memory_policy_modes_rows[] = {
    {0x8000, "MPOL_F_STATIC_NODES"},
    {0x4000, "MPOL_F_RELATIVE_NODES"},
    {0x2000, "MPOL_F_NUMA_BALANCING"},
};
const FlagSet memory_policy_modes{"MPOL_???", memory_policy_modes_rows};

static constexpr FlagName get_mempolicy_flags_rows[] = {
    {1, "MPOL_F_NODE"},
    {2, "MPOL_F_ADDR"},
    {4, "MPOL_F_MEMS_ALLOWED"},
};
const FlagSet get_mempolicy_flags{"MPOL_???", get_mempolicy_flags_rows};

static constexpr FlagName mbind_flags_rows[] = {
    {1, "MPOL_MF_STRICT"},
    {2, "MPOL_MF_MOVE"},
    {4, "MPOL_MF_MOVE_ALL"},
};
const FlagSet mbind_flags{"MPOL_???", mbind_flags_rows};

static constexpr FlagName move_pages_flags_rows[] = {
    {2, "MPOL_MF_MOVE"},
    {4, "MPOL_MF_MOVE_ALL"},
};
const FlagSet move_pages_flags{"MPOL_???", move_pages_flags_rows};

static constexpr FlagName membarrier_commands_rows[] = {
    {0, "MEMBARRIER_CMD_QUERY"},
    {1, "MEMBARRIER_CMD_GLOBAL"},
    {2, "MEMBARRIER_CMD_GLOBAL_EXPEDITED"},
    {4, "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED"},
    {8, "MEMBARRIER_CMD_PRIVATE_EXPEDITED"},
    {0x10, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED"},
    {0x20, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE"},
    {0x40, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE"},
    {0x80, "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ"},
    {0x100, "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ"},
    {0x200, "MEMBARRIER_CMD_GET_REGISTRATIONS"},
};
const FlagSet membarrier_commands{"MEMBARRIER_CMD_???", membarrier_commands_rows};

static constexpr FlagName membarrier_flags_rows[] = {
    {1, "MEMBARRIER_CMD_FLAG_CPU"},
};
const FlagSet membarrier_flags{"MEMBARRIER_CMD_FLAG_???", membarrier_flags_rows};

static constexpr FlagName uffd_flags_rows[] = {
    {1, "UFFD_USER_MODE_ONLY"},
    {0x800, "O_NONBLOCK"},
    {0x80000, "O_CLOEXEC"},
};
const FlagSet uffd_flags{"UFFD_???", uffd_flags_rows};

static constexpr FlagName memfd_secret_flags_rows[] = {
    {0x80000, "O_CLOEXEC"},
};
const FlagSet memfd_secret_flags{{}, memfd_secret_flags_rows};

static constexpr FlagName shm_get_flags_rows[] = {
    {0x200, "IPC_CREAT"},
    {0x400, "IPC_EXCL"},
    {0x800, "SHM_HUGETLB"},
    {0x1000, "SHM_NORESERVE"},
};
const FlagSet shm_get_flags{"", shm_get_flags_rows};

static constexpr FlagName ipc_get_flags_rows[] = {
    {0x200, "IPC_CREAT"},
    {0x400, "IPC_EXCL"},
    {0x800, "IPC_NOWAIT"},
};
const FlagSet ipc_get_flags{"IPC_???", ipc_get_flags_rows};

static constexpr FlagName shmat_flags_rows[] = {
    {0x1000, "SHM_RDONLY"},
    {0x2000, "SHM_RND"},
    {0x4000, "SHM_REMAP"},
    {0x8000, "SHM_EXEC"},
};
const FlagSet shmat_flags{"SHM_???", shmat_flags_rows};

static constexpr FlagName msg_ipc_flags_rows[] = {
    {0x1000, "MSG_NOERROR"},
    {0x2000, "MSG_EXCEPT"},
    {0x4000, "MSG_COPY"},
    {0x800, "IPC_NOWAIT"},
};
const FlagSet msg_ipc_flags{"MSG_???", msg_ipc_flags_rows};

static constexpr FlagName semop_flags_rows[] = {
    {0x1000, "SEM_UNDO"},
    {0x800, "IPC_NOWAIT"},
};
const FlagSet semop_flags{"SEM_???", semop_flags_rows};

}  // namespace shimtrace::decoders
