#include "decoders/constants/file.hpp"

namespace shimtrace::decoders {

const FlagSet open_flags{"O_???", bits("0x40 O_CREAT O_EXCL O_NOCTTY O_TRUNC O_APPEND O_NONBLOCK 0x101000 O_SYNC 0x100000 __O_SYNC 0x1000 O_DSYNC 0x4000 "
                 "O_DIRECT O_LARGEFILE 0x20000 O_NOFOLLOW O_NOATIME O_CLOEXEC 0x200000 O_PATH 0x410000 O_TMPFILE 0x400000 __O_TMPFILE "
                 "0x10000 O_DIRECTORY 0x2000 FASYNC")};

static constexpr FlagName open_access_modes_rows[] = {
    {0, "O_RDONLY"},
    {1, "O_WRONLY"},
    {2, "O_RDWR"},
    {3, "O_ACCMODE"},
};
const FlagSet open_access_modes{"O_???", open_access_modes_rows};

static constexpr FlagName at_flags_rows[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"},
    {0x200, "AT_REMOVEDIR"},
    {0x400, "AT_SYMLINK_FOLLOW"},
    {0x800, "AT_NO_AUTOMOUNT"},
    {0x1000, "AT_EMPTY_PATH"},
    {0x8000, "AT_RECURSIVE"},
};
const FlagSet at_flags{"AT_???", at_flags_rows};

static constexpr FlagName faccessat_flags_rows[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"},
    {0x200, "AT_EACCESS"},
    {0x1000, "AT_EMPTY_PATH"},
};
const FlagSet faccessat_flags{"AT_???", faccessat_flags_rows};

static constexpr FlagName name_to_handle_flags_rows[] = {
    {0x400, "AT_SYMLINK_FOLLOW"},
    {0x1000, "AT_EMPTY_PATH"},
};
const FlagSet name_to_handle_flags{"AT_???", name_to_handle_flags_rows};

static constexpr FlagName statx_own_at_flags_rows[] = {
    {0x2000, "AT_STATX_FORCE_SYNC"},
    {0x4000, "AT_STATX_DONT_SYNC"},
};
static constexpr auto statx_at_flags_rows = joined(statx_own_at_flags_rows, at_flags_rows);
const FlagSet statx_at_flags{"AT_???", statx_at_flags_rows};

static constexpr FlagName open_tree_own_flags_rows[] = {
    {1, "OPEN_TREE_CLONE"},
    {0x80000, "OPEN_TREE_CLOEXEC"},
};
static constexpr auto open_tree_flags_rows = joined(open_tree_own_flags_rows, at_flags_rows);
const FlagSet open_tree_flags{"OPEN_TREE_???", open_tree_flags_rows};

static constexpr FlagName statx_sync_types_rows[] = {
    {0, "AT_STATX_SYNC_AS_STAT"},
};
const FlagSet statx_sync_types{"AT_STATX_???", statx_sync_types_rows};

const FlagSet statx_masks{"STATX_???", bits("0xfff STATX_ALL 0x7ff STATX_BASIC_STATS 1 STATX_TYPE STATX_MODE STATX_NLINK STATX_UID STATX_GID STATX_ATIME "
                 "STATX_MTIME STATX_CTIME STATX_INO STATX_SIZE STATX_BLOCKS STATX_BTIME STATX_MNT_ID STATX_DIOALIGN STATX_MNT_ID_UNIQUE "
                 "STATX_SUBVOL STATX_WRITE_ATOMIC STATX_DIO_READ_ALIGN")};

static constexpr FlagName statx_attributes_rows[] = {
    {4, "STATX_ATTR_COMPRESSED"},
    {0x10, "STATX_ATTR_IMMUTABLE"},
    {0x20, "STATX_ATTR_APPEND"},
    {0x40, "STATX_ATTR_NODUMP"},
    {0x800, "STATX_ATTR_ENCRYPTED"},
    {0x1000, "STATX_ATTR_AUTOMOUNT"},
    {0x2000, "STATX_ATTR_MOUNT_ROOT"},
    {0x100000, "STATX_ATTR_VERITY"},
    {0x200000, "STATX_ATTR_DAX"},
    {0x400000, "STATX_ATTR_WRITE_ATOMIC"},
};
const FlagSet statx_attributes{"STATX_ATTR_???", statx_attributes_rows};

static constexpr FlagName access_modes_rows[] = {
    {0, "F_OK"},
    {4, "R_OK"},
    {2, "W_OK"},
    {1, "X_OK"},
};
const FlagSet access_modes{"?_OK", access_modes_rows};

static constexpr FlagName file_types_rows[] = {
    {0x8000, "S_IFREG"},
    {0x4000, "S_IFDIR"},
    {0x2000, "S_IFCHR"},
    {0x6000, "S_IFBLK"},
    {0x1000, "S_IFIFO"},
    {0xa000, "S_IFLNK"},
    {0xc000, "S_IFSOCK"},
};
const FlagSet file_types{"S_IFMT", file_types_rows};

static constexpr FlagName resolve_flags_rows[] = {
    {1, "RESOLVE_NO_XDEV"},
    {2, "RESOLVE_NO_MAGICLINKS"},
    {4, "RESOLVE_NO_SYMLINKS"},
    {8, "RESOLVE_BENEATH"},
    {0x10, "RESOLVE_IN_ROOT"},
    {0x20, "RESOLVE_CACHED"},
};
const FlagSet resolve_flags{"RESOLVE_???", resolve_flags_rows};

static constexpr FlagName fd_flags_rows[] = {
    {1, "FD_CLOEXEC"},
};
const FlagSet fd_flags{"FD_???", fd_flags_rows};

static constexpr FlagName lock_types_rows[] = {
    {0, "F_RDLCK"},
    {1, "F_WRLCK"},
    {2, "F_UNLCK"},
    {4, "F_EXLCK"},
    {8, "F_SHLCK"},
};
const FlagSet lock_types{"F_???", lock_types_rows};

static constexpr FlagName owner_types_rows[] = {
    {0, "F_OWNER_TID"},
    {1, "F_OWNER_PID"},
    {2, "F_OWNER_PGRP"},
};
const FlagSet owner_types{"F_OWNER_???", owner_types_rows};

static constexpr FlagName seals_rows[] = {
    {1, "F_SEAL_SEAL"},
    {2, "F_SEAL_SHRINK"},
    {4, "F_SEAL_GROW"},
    {8, "F_SEAL_WRITE"},
    {0x10, "F_SEAL_FUTURE_WRITE"},
    {0x20, "F_SEAL_EXEC"},
};
const FlagSet seals{"F_SEAL_???", seals_rows};

static constexpr FlagName rw_hints_rows[] = {
    {0, "RWH_WRITE_LIFE_NOT_SET"},
    {1, "RWH_WRITE_LIFE_NONE"},
    {2, "RWH_WRITE_LIFE_SHORT"},
    {3, "RWH_WRITE_LIFE_MEDIUM"},
    {4, "RWH_WRITE_LIFE_LONG"},
    {5, "RWH_WRITE_LIFE_EXTREME"},
};
const FlagSet rw_hints{"RWH_WRITE_LIFE_???", rw_hints_rows};

static constexpr FlagName flock_operations_rows[] = {
    {1, "LOCK_SH"},
    {2, "LOCK_EX"},
    {4, "LOCK_NB"},
    {8, "LOCK_UN"},
    {0x20, "LOCK_MAND"},
    {0x40, "LOCK_READ"},
    {0x80, "LOCK_WRITE"},
    {0xc0, "LOCK_RW"},
};
const FlagSet flock_operations{"LOCK_???", flock_operations_rows};

static constexpr FlagName whence_names_rows[] = {
    {0, "SEEK_SET"},
    {1, "SEEK_CUR"},
    {2, "SEEK_END"},
    {3, "SEEK_DATA"},
    {4, "SEEK_HOLE"},
};
const FlagSet whence_names{"SEEK_???", whence_names_rows};

static constexpr FlagName rename_flags_rows[] = {
    {1, "RENAME_NOREPLACE"},
    {2, "RENAME_EXCHANGE"},
    {4, "RENAME_WHITEOUT"},
};
const FlagSet rename_flags{"RENAME_???", rename_flags_rows};

static constexpr FlagName xattr_flags_rows[] = {
    {1, "XATTR_CREATE"},
    {2, "XATTR_REPLACE"},
};
const FlagSet xattr_flags{"XATTR_???", xattr_flags_rows};

static constexpr FlagName fallocate_modes_rows[] = {
    {1, "FALLOC_FL_KEEP_SIZE"},
    {2, "FALLOC_FL_PUNCH_HOLE"},
    {4, "FALLOC_FL_NO_HIDE_STALE"},
    {8, "FALLOC_FL_COLLAPSE_RANGE"},
    {0x10, "FALLOC_FL_ZERO_RANGE"},
    {0x20, "FALLOC_FL_INSERT_RANGE"},
    {0x40, "FALLOC_FL_UNSHARE_RANGE"},
    {0x80, "FALLOC_FL_WRITE_ZEROES"},
};
const FlagSet fallocate_modes{"FALLOC_FL_???", fallocate_modes_rows};

static constexpr FlagName fadvise_advices_rows[] = {
    {0, "POSIX_FADV_NORMAL"},
    {1, "POSIX_FADV_RANDOM"},
    {2, "POSIX_FADV_SEQUENTIAL"},
    {3, "POSIX_FADV_WILLNEED"},
    {4, "POSIX_FADV_DONTNEED"},
    {5, "POSIX_FADV_NOREUSE"},
};
const FlagSet fadvise_advices{"POSIX_FADV_???", fadvise_advices_rows};

static constexpr FlagName sync_file_range_flags_rows[] = {
    {1, "SYNC_FILE_RANGE_WAIT_BEFORE"},
    {2, "SYNC_FILE_RANGE_WRITE"},
    {4, "SYNC_FILE_RANGE_WAIT_AFTER"},
};
const FlagSet sync_file_range_flags{"SYNC_FILE_RANGE_???", sync_file_range_flags_rows};

static constexpr FlagName splice_flags_rows[] = {
    {1, "SPLICE_F_MOVE"},
    {2, "SPLICE_F_NONBLOCK"},
    {4, "SPLICE_F_MORE"},
    {8, "SPLICE_F_GIFT"},
};
const FlagSet splice_flags{"SPLICE_F_???", splice_flags_rows};

static constexpr FlagName rwf_flags_rows[] = {
    {1, "RWF_HIPRI"},
    {2, "RWF_DSYNC"},
    {4, "RWF_SYNC"},
    {8, "RWF_NOWAIT"},
    {0x10, "RWF_APPEND"},
    {0x20, "RWF_NOAPPEND"},
    {0x40, "RWF_ATOMIC"},
    {0x80, "RWF_DONTCACHE"},
};
const FlagSet rwf_flags{"RWF_???", rwf_flags_rows};

static constexpr FlagName close_range_flags_rows[] = {
    {2, "CLOSE_RANGE_UNSHARE"},
    {4, "CLOSE_RANGE_CLOEXEC"},
};
const FlagSet close_range_flags{"CLOSE_RANGE_???", close_range_flags_rows};

static constexpr FlagName memfd_flags_rows[] = {
    {1, "MFD_CLOEXEC"},
    {2, "MFD_ALLOW_SEALING"},
    {4, "MFD_HUGETLB"},
    {8, "MFD_NOEXEC_SEAL"},
    {0x10, "MFD_EXEC"},
};
const FlagSet memfd_flags{"MFD_???", memfd_flags_rows};

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

}  // namespace shimtrace::decoders
