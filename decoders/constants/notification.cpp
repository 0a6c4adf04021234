#include "decoders/constants/file.hpp"

namespace shimtrace::decoders {

static constexpr FlagName notify_flags_rows[] = {
    {1, "DN_ACCESS"},
    {2, "DN_MODIFY"},
    {4, "DN_CREATE"},
    {8, "DN_DELETE"},
    {0x10, "DN_RENAME"},
    {0x20, "DN_ATTRIB"},
    {0x80000000, "DN_MULTISHOT"},
};
const FlagSet notify_flags{"DN_???", notify_flags_rows};

const FlagSet inotify_masks{"IN_???", bits("IN_ACCESS IN_MODIFY IN_ATTRIB IN_CLOSE_WRITE IN_CLOSE_NOWRITE IN_OPEN IN_MOVED_FROM IN_MOVED_TO IN_CREATE IN_DELETE "
                 "IN_DELETE_SELF IN_MOVE_SELF 0x2000 IN_UNMOUNT IN_Q_OVERFLOW IN_IGNORED 0x1000000 IN_ONLYDIR IN_DONT_FOLLOW "
                 "IN_EXCL_UNLINK 0x10000000 IN_MASK_CREATE IN_MASK_ADD IN_ISDIR IN_ONESHOT")};

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

const FlagSet fanotify_init_flags{"FAN_???", bits("FAN_CLOEXEC FAN_NONBLOCK 0x10 FAN_UNLIMITED_QUEUE FAN_UNLIMITED_MARKS FAN_ENABLE_AUDIT FAN_REPORT_PIDFD FAN_REPORT_TID "
                 "FAN_REPORT_FID FAN_REPORT_DIR_FID FAN_REPORT_NAME FAN_REPORT_TARGET_FID FAN_REPORT_FD_ERROR FAN_REPORT_MNT")};

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

const FlagSet fanotify_masks{"FAN_???", bits("FAN_ACCESS FAN_MODIFY FAN_ATTRIB FAN_CLOSE_WRITE FAN_CLOSE_NOWRITE FAN_OPEN FAN_MOVED_FROM FAN_MOVED_TO FAN_CREATE "
                 "FAN_DELETE FAN_DELETE_SELF FAN_MOVE_SELF FAN_OPEN_EXEC 0x4000 FAN_Q_OVERFLOW FAN_FS_ERROR FAN_OPEN_PERM "
                 "FAN_ACCESS_PERM FAN_OPEN_EXEC_PERM FAN_DIR_MODIFY 0x40000000 FAN_ONDIR 0x8000000 FAN_EVENT_ON_CHILD FAN_RENAME")};

}  // namespace shimtrace::decoders
