#include "decoders/constants/file.hpp"

namespace shimtrace::decoders {

const FlagSet mount_flags{"MS_???", bits("MS_RDONLY MS_NOSUID MS_NODEV MS_NOEXEC MS_SYNCHRONOUS MS_REMOUNT MS_MANDLOCK MS_DIRSYNC MS_NOSYMFOLLOW 0x400 "
                 "MS_NOATIME MS_NODIRATIME MS_BIND MS_MOVE MS_REC MS_SILENT MS_POSIXACL MS_UNBINDABLE MS_PRIVATE MS_SLAVE MS_SHARED "
                 "MS_RELATIME MS_KERNMOUNT MS_I_VERSION MS_STRICTATIME MS_LAZYTIME MS_SUBMOUNT MS_NOREMOTELOCK MS_NOSEC MS_BORN "
                 "MS_ACTIVE MS_NOUSER")};

static constexpr FlagName umount_flags_rows[] = {
    {1, "MNT_FORCE"},
    {2, "MNT_DETACH"},
    {4, "MNT_EXPIRE"},
    {8, "UMOUNT_NOFOLLOW"},
};
const FlagSet umount_flags{"MNT_???", umount_flags_rows};

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
const FlagSet mount_setattr_attributes{"MOUNT_ATTR_???", mount_attributes_rows};

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

const FlagSet statfs_magics{"???_MAGIC", numbers("0xef53 EXT2_SUPER_MAGIC 0x1021994 TMPFS_MAGIC 0x9fa0 PROC_SUPER_MAGIC 0x62656572 SYSFS_MAGIC 0x794c7630 "
                 "OVERLAYFS_SUPER_MAGIC 0x9123683e BTRFS_SUPER_MAGIC 0x58465342 XFS_SUPER_MAGIC 0x27e0eb CGROUP_SUPER_MAGIC 0x63677270 "
                 "CGROUP2_SUPER_MAGIC 0x1cd1 DEVPTS_SUPER_MAGIC 0x50495045 PIPEFS_MAGIC 0x534f434b SOCKFS_MAGIC 0x6e736673 NSFS_MAGIC "
                 "0x858458f6 RAMFS_MAGIC 0x73717368 SQUASHFS_MAGIC 0x65735546 FUSE_SUPER_MAGIC 0x6969 NFS_SUPER_MAGIC 0xfe534d42 "
                 "SMB2_SUPER_MAGIC 0xff534d42 CIFS_SUPER_MAGIC 0x64626720 DEBUGFS_MAGIC 0x74726163 TRACEFS_MAGIC 0x73636673 "
                 "SECURITYFS_MAGIC 0xf97cff8c SELINUX_MAGIC 0xcafe4a11 BPF_FS_MAGIC 0x958458f6 HUGETLBFS_MAGIC 0x9041934 "
                 "ANON_INODE_FS_MAGIC 0xf2f52010 F2FS_SUPER_MAGIC 0x9660 ISOFS_SUPER_MAGIC 0x4d44 MSDOS_SUPER_MAGIC 0xde5e81e4 "
                 "EFIVARFS_MAGIC 0x6165676c PSTOREFS_MAGIC 0x42494e4d BINFMTFS_MAGIC 0x187 AUTOFS_SUPER_MAGIC 0x1021997 V9FS_MAGIC "
                 "0xf15f ECRYPTFS_SUPER_MAGIC 0x7655821 RDTGROUP_SUPER_MAGIC 0x5a4f4653 ZONEFS_MAGIC")};

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

}  // namespace shimtrace::decoders
