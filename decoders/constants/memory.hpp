// Names of the constants of memory.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet mmap_protections;
extern const FlagSet mmap_types;
extern const FlagSet mmap_flags;
extern const FlagSet mremap_flags;
extern const FlagSet msync_flags;
extern const FlagSet madvise_advices;
extern const FlagSet mlockall_flags;
extern const FlagSet mlock_flags;
extern const FlagSet pkey_rights;
extern const FlagSet memory_policies;
extern const FlagSet memory_policy_modes;
extern const FlagSet get_mempolicy_flags;
extern const FlagSet mbind_flags;
extern const FlagSet move_pages_flags;
extern const FlagSet membarrier_commands;
extern const FlagSet membarrier_flags;
extern const FlagSet uffd_flags;
extern const FlagSet memfd_secret_flags;
extern const FlagSet shm_get_flags;
extern const FlagSet ipc_get_flags;
extern const FlagSet shmat_flags;
extern const FlagSet msg_ipc_flags;
extern const FlagSet semop_flags;

}  // namespace shimtrace::decoders
