#include "decoders_flags/file.hpp"

namespace shimtrace::decoders {

static constexpr FlagName fsopen_flags_rows[] = {
    {1, "FSOPEN_CLOEXEC"},
};
const FlagSet fsopen_flags{"FSOPEN_???", fsopen_flags_rows};

static constexpr FlagName fsmount_flags_rows[] = {
    {1, "FSMOUNT_CLOEXEC"},
};
const FlagSet fsmount_flags{"FSMOUNT_???", fsmount_flags_rows};

static constexpr FlagName fspick_flags_rows[] = {
    {1, "FSPICK_CLOEXEC"},
    {2, "FSPICK_SYMLINK_NOFOLLOW"},
    {4, "FSPICK_NO_AUTOMOUNT"},
    {8, "FSPICK_EMPTY_PATH"},
};
const FlagSet fspick_flags{"FSPICK_???", fspick_flags_rows};

static constexpr FlagName fsconfig_commands_rows[] = {
    {0, "FSCONFIG_SET_FLAG"},
    {1, "FSCONFIG_SET_STRING"},
    {2, "FSCONFIG_SET_BINARY"},
    {3, "FSCONFIG_SET_PATH"},
    {4, "FSCONFIG_SET_PATH_EMPTY"},
    {5, "FSCONFIG_SET_FD"},
    {6, "FSCONFIG_CMD_CREATE"},
    {7, "FSCONFIG_CMD_RECONFIGURE"},
    {8, "FSCONFIG_CMD_CREATE_EXCL"},
};
const FlagSet fsconfig_commands{"FSCONFIG_???", fsconfig_commands_rows};

static constexpr FlagName mount_attributes_rows[] = {
    {1, "MOUNT_ATTR_RDONLY"},
    {2, "MOUNT_ATTR_NOSUID"},
    {4, "MOUNT_ATTR_NODEV"},
    {8, "MOUNT_ATTR_NOEXEC"},
    {0x10, "MOUNT_ATTR_NOATIME"},
    {0x20, "MOUNT_ATTR_STRICTATIME"},
    {0x80, "MOUNT_ATTR_NODIRATIME"},
    {0x100000, "MOUNT_ATTR_IDMAP"},
    {0x200000, "MOUNT_ATTR_NOSYMFOLLOW"},
};
const FlagSet mount_attributes{"MOUNT_ATTR_???", mount_attributes_rows};

static constexpr FlagName mount_setattr_attributes_rows[] = {
    {1, "MOUNT_ATTR_RDONLY"},
    {2, "MOUNT_ATTR_NOSUID"},
    {4, "MOUNT_ATTR_NODEV"},
    {8, "MOUNT_ATTR_NOEXEC"},
    {0x10, "MOUNT_ATTR_NOATIME"},
    {0x20, "MOUNT_ATTR_STRICTATIME"},
    {0x80, "MOUNT_ATTR_NODIRATIME"},
    {0x100000, "MOUNT_ATTR_IDMAP"},
    {0x200000, "MOUNT_ATTR_NOSYMFOLLOW"},
};
const FlagSet mount_setattr_attributes{"MOUNT_ATTR_???", mount_setattr_attributes_rows};

static constexpr FlagName mount_setattr_flags_rows[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"},
    {0x800, "AT_NO_AUTOMOUNT"},
    {0x1000, "AT_EMPTY_PATH"},
    {0x8000, "AT_RECURSIVE"},
};
const FlagSet mount_setattr_flags{"AT_???", mount_setattr_flags_rows};

static constexpr FlagName move_mount_flags_rows[] = {
    {1, "MOVE_MOUNT_F_SYMLINKS"},
    {2, "MOVE_MOUNT_F_AUTOMOUNTS"},
    {4, "MOVE_MOUNT_F_EMPTY_PATH"},
    {0x10, "MOVE_MOUNT_T_SYMLINKS"},
    {0x20, "MOVE_MOUNT_T_AUTOMOUNTS"},
    {0x40, "MOVE_MOUNT_T_EMPTY_PATH"},
    {0x100, "MOVE_MOUNT_SET_GROUP"},
    {0x200, "MOVE_MOUNT_BENEATH"},
};
const FlagSet move_mount_flags{"MOVE_MOUNT_???", move_mount_flags_rows};

static constexpr FlagName open_tree_flags_rows[] = {
    {1, "OPEN_TREE_CLONE"},
    {0x80000, "OPEN_TREE_CLOEXEC"},
    {0x100, "AT_SYMLINK_NOFOLLOW"},
    {0x200, "AT_REMOVEDIR"},
    {0x400, "AT_SYMLINK_FOLLOW"},
    {0x800, "AT_NO_AUTOMOUNT"},
    {0x1000, "AT_EMPTY_PATH"},
    {0x8000, "AT_RECURSIVE"},
};
const FlagSet open_tree_flags{"OPEN_TREE_???", open_tree_flags_rows};

static constexpr FlagName statfs_magics_rows[] = {
    {0xef53, "EXT2_SUPER_MAGIC"},
    {0x1021994, "TMPFS_MAGIC"},
    {0x9fa0, "PROC_SUPER_MAGIC"},
    {0x62656572, "SYSFS_MAGIC"},
    {0x794c7630, "OVERLAYFS_SUPER_MAGIC"},
    {0x9123683e, "BTRFS_SUPER_MAGIC"},
    {0x58465342, "XFS_SUPER_MAGIC"},
    {0x27e0eb, "CGROUP_SUPER_MAGIC"},
    {0x63677270, "CGROUP2_SUPER_MAGIC"},
    {0x1cd1, "DEVPTS_SUPER_MAGIC"},
    {0x50495045, "PIPEFS_MAGIC"},
    {0x534f434b, "SOCKFS_MAGIC"},
    {0x6e736673, "NSFS_MAGIC"},
    {0x858458f6, "RAMFS_MAGIC"},
    {0x73717368, "SQUASHFS_MAGIC"},
    {0x65735546, "FUSE_SUPER_MAGIC"},
    {0x6969, "NFS_SUPER_MAGIC"},
    {0xfe534d42, "SMB2_SUPER_MAGIC"},
    {0xff534d42, "CIFS_SUPER_MAGIC"},
    {0x64626720, "DEBUGFS_MAGIC"},
    {0x74726163, "TRACEFS_MAGIC"},
    {0x73636673, "SECURITYFS_MAGIC"},
    {0xf97cff8c, "SELINUX_MAGIC"},
    {0xcafe4a11, "BPF_FS_MAGIC"},
    {0x958458f6, "HUGETLBFS_MAGIC"},
    {0x9041934, "ANON_INODE_FS_MAGIC"},
    {0xf2f52010, "F2FS_SUPER_MAGIC"},
    {0x9660, "ISOFS_SUPER_MAGIC"},
    {0x4d44, "MSDOS_SUPER_MAGIC"},
    {0xde5e81e4, "EFIVARFS_MAGIC"},
    {0x6165676c, "PSTOREFS_MAGIC"},
    {0x42494e4d, "BINFMTFS_MAGIC"},
    {0x187, "AUTOFS_SUPER_MAGIC"},
    {0x1021997, "V9FS_MAGIC"},
    {0xf15f, "ECRYPTFS_SUPER_MAGIC"},
    {0x7655821, "RDTGROUP_SUPER_MAGIC"},
    {0x5a4f4653, "ZONEFS_MAGIC"},
};
const FlagSet statfs_magics{"???_MAGIC", statfs_magics_rows};

static constexpr FlagName statfs_flags_rows[] = {
    {0x20, "ST_VALID"},
    {1, "ST_RDONLY"},
    {2, "ST_NOSUID"},
    {4, "ST_NODEV"},
    {8, "ST_NOEXEC"},
    {0x10, "ST_SYNCHRONOUS"},
    {0x40, "ST_MANDLOCK"},
    {0x400, "ST_NOATIME"},
    {0x800, "ST_NODIRATIME"},
    {0x1000, "ST_RELATIME"},
    {0x2000, "ST_NOSYMFOLLOW"},
};
const FlagSet statfs_flags{"ST_???", statfs_flags_rows};

static constexpr FlagName inotify_masks_rows[] = {
    {1, "IN_ACCESS"},
    {2, "IN_MODIFY"},
    {4, "IN_ATTRIB"},
    {8, "IN_CLOSE_WRITE"},
    {0x10, "IN_CLOSE_NOWRITE"},
    {0x20, "IN_OPEN"},
    {0x40, "IN_MOVED_FROM"},
    {0x80, "IN_MOVED_TO"},
    {0x100, "IN_CREATE"},
    {0x200, "IN_DELETE"},
    {0x400, "IN_DELETE_SELF"},
    {0x800, "IN_MOVE_SELF"},
    {0x2000, "IN_UNMOUNT"},
    {0x4000, "IN_Q_OVERFLOW"},
    {0x8000, "IN_IGNORED"},
    {0x1000000, "IN_ONLYDIR"},
    {0x2000000, "IN_DONT_FOLLOW"},
    {0x4000000, "IN_EXCL_UNLINK"},
    {0x10000000, "IN_MASK_CREATE"},
    {0x20000000, "IN_MASK_ADD"},
    {0x40000000, "IN_ISDIR"},
    {0x80000000, "IN_ONESHOT"},
};
const FlagSet inotify_masks{"IN_???", inotify_masks_rows};

static constexpr FlagName inotify_init_flags_rows[] = {
    {0x800, "IN_NONBLOCK"},
    {0x80000, "IN_CLOEXEC"},
};
const FlagSet inotify_init_flags{"IN_???", inotify_init_flags_rows};

static constexpr FlagName fanotify_classes_rows[] = {
    {0, "FAN_CLASS_NOTIF"},
    {4, "FAN_CLASS_CONTENT"},
    {8, "FAN_CLASS_PRE_CONTENT"},
};
const FlagSet fanotify_classes{"FAN_CLASS_???", fanotify_classes_rows};

static constexpr FlagName fanotify_init_flags_rows[] = {
    {1, "FAN_CLOEXEC"},
    {2, "FAN_NONBLOCK"},
    {0x10, "FAN_UNLIMITED_QUEUE"},
    {0x20, "FAN_UNLIMITED_MARKS"},
    {0x40, "FAN_ENABLE_AUDIT"},
    {0x80, "FAN_REPORT_PIDFD"},
    {0x100, "FAN_REPORT_TID"},
    {0x200, "FAN_REPORT_FID"},
    {0x400, "FAN_REPORT_DIR_FID"},
    {0x800, "FAN_REPORT_NAME"},
    {0x1000, "FAN_REPORT_TARGET_FID"},
    {0x2000, "FAN_REPORT_FD_ERROR"},
    {0x4000, "FAN_REPORT_MNT"},
};
const FlagSet fanotify_init_flags{"FAN_???", fanotify_init_flags_rows};

static constexpr FlagName fanotify_mark_flags_rows[] = {
    {1, "FAN_MARK_ADD"},
    {2, "FAN_MARK_REMOVE"},
    {4, "FAN_MARK_DONT_FOLLOW"},
    {8, "FAN_MARK_ONLYDIR"},
    {0x10, "FAN_MARK_MOUNT"},
    {0x20, "FAN_MARK_IGNORED_MASK"},
    {0x40, "FAN_MARK_IGNORED_SURV_MODIFY"},
    {0x80, "FAN_MARK_FLUSH"},
    {0x100, "FAN_MARK_FILESYSTEM"},
    {0x200, "FAN_MARK_EVICTABLE"},
    {0x400, "FAN_MARK_IGNORE"},
};
const FlagSet fanotify_mark_flags{"FAN_MARK_???", fanotify_mark_flags_rows};

static constexpr FlagName fanotify_masks_rows[] = {
    {1, "FAN_ACCESS"},
    {2, "FAN_MODIFY"},
    {4, "FAN_ATTRIB"},
    {8, "FAN_CLOSE_WRITE"},
    {0x10, "FAN_CLOSE_NOWRITE"},
    {0x20, "FAN_OPEN"},
    {0x40, "FAN_MOVED_FROM"},
    {0x80, "FAN_MOVED_TO"},
    {0x100, "FAN_CREATE"},
    {0x200, "FAN_DELETE"},
    {0x400, "FAN_DELETE_SELF"},
    {0x800, "FAN_MOVE_SELF"},
    {0x1000, "FAN_OPEN_EXEC"},
    {0x4000, "FAN_Q_OVERFLOW"},
    {0x8000, "FAN_FS_ERROR"},
    {0x10000, "FAN_OPEN_PERM"},
    {0x20000, "FAN_ACCESS_PERM"},
    {0x40000, "FAN_OPEN_EXEC_PERM"},
    {0x80000, "FAN_DIR_MODIFY"},
    {0x40000000, "FAN_ONDIR"},
    {0x8000000, "FAN_EVENT_ON_CHILD"},
    {0x10000000, "FAN_RENAME"},
};
const FlagSet fanotify_masks{"FAN_???", fanotify_masks_rows};

static constexpr FlagName directory_types_rows[] = {
    {0, "DT_UNKNOWN"},
    {1, "DT_FIFO"},
    {2, "DT_CHR"},
    {4, "DT_DIR"},
    {6, "DT_BLK"},
    {8, "DT_REG"},
    {0xa, "DT_LNK"},
    {0xc, "DT_SOCK"},
    {0xe, "DT_WHT"},
};
const FlagSet directory_types{"DT_???", directory_types_rows};

static constexpr FlagName delete_module_flags_rows[] = {
    {0x800, "O_NONBLOCK"},
    {0x200, "O_TRUNC"},
};
const FlagSet delete_module_flags{"O_???", delete_module_flags_rows};

static constexpr FlagName module_flags_rows[] = {
    {1, "MODULE_INIT_IGNORE_MODVERSIONS"},
    {2, "MODULE_INIT_IGNORE_VERMAGIC"},
    {4, "MODULE_INIT_COMPRESSED_FILE"},
};
const FlagSet module_flags{"MODULE_INIT_???", module_flags_rows};

static constexpr FlagName swap_flags_rows[] = {
    {0x8000, "SWAP_FLAG_PREFER"},
    {0x10000, "SWAP_FLAG_DISCARD"},
    {0x20000, "SWAP_FLAG_DISCARD_ONCE"},
    {0x40000, "SWAP_FLAG_DISCARD_PAGES"},
};
const FlagSet swap_flags{"SWAP_FLAG_???", swap_flags_rows};

}  // namespace shimtrace::decoders
