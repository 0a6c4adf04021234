// Names of the constants of files, directories and mounts.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet open_flags;
extern const FlagSet open_access_modes;
extern const FlagSet at_flags;
extern const FlagSet faccessat_flags;
extern const FlagSet name_to_handle_flags;
extern const FlagSet statx_at_flags;
extern const FlagSet statx_sync_types;
extern const FlagSet statx_masks;
extern const FlagSet statx_attributes;
extern const FlagSet access_modes;
extern const FlagSet file_types;
extern const FlagSet resolve_flags;
extern const FlagSet fd_flags;
extern const FlagSet lock_types;
extern const FlagSet owner_types;
extern const FlagSet seals;
extern const FlagSet notify_flags;
extern const FlagSet rw_hints;
extern const FlagSet flock_operations;
extern const FlagSet whence_names;
extern const FlagSet rename_flags;
extern const FlagSet xattr_flags;
extern const FlagSet fallocate_modes;
extern const FlagSet fadvise_advices;
extern const FlagSet sync_file_range_flags;
extern const FlagSet splice_flags;
extern const FlagSet rwf_flags;
extern const FlagSet close_range_flags;
extern const FlagSet memfd_flags;
extern const FlagSet mount_flags;
extern const FlagSet umount_flags;
extern const FlagSet fsopen_flags;
extern const FlagSet fsmount_flags;
extern const FlagSet fspick_flags;
extern const FlagSet fsconfig_commands;
extern const FlagSet mount_attributes;
extern const FlagSet mount_setattr_attributes;
extern const FlagSet mount_setattr_flags;
extern const FlagSet move_mount_flags;
extern const FlagSet open_tree_flags;
extern const FlagSet statfs_magics;
extern const FlagSet statfs_flags;
extern const FlagSet inotify_masks;
extern const FlagSet inotify_init_flags;
extern const FlagSet fanotify_classes;
extern const FlagSet fanotify_init_flags;
extern const FlagSet fanotify_mark_flags;
extern const FlagSet fanotify_masks;
extern const FlagSet directory_types;
extern const FlagSet delete_module_flags;
extern const FlagSet module_flags;
extern const FlagSet swap_flags;

}  // namespace shimtrace::decoders
