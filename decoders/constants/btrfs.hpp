// Names of the constants in commands to btrfs.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet btrfs_balance_controls, btrfs_balance_flags, btrfs_balance_parts, btrfs_balance_states, btrfs_checksums, btrfs_compatible_features, btrfs_compressions, btrfs_defragment_flags, btrfs_incompatible_features, btrfs_information_flags, btrfs_inherit_flags, btrfs_inode_flags, btrfs_keys, btrfs_objects, btrfs_quota_commands, btrfs_quota_limits, btrfs_read_only_features, btrfs_reading_modes, btrfs_replace_commands, btrfs_replace_results, btrfs_replace_states, btrfs_scrub_flags, btrfs_send_flags, btrfs_space_flags, btrfs_statistics, btrfs_statistics_flags, btrfs_subvolume_flags;

}  // namespace shimtrace::decoders
