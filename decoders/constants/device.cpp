#include "decoders/constants/device.hpp"

namespace shimtrace::decoders {

static constexpr FlagName file_attributes_rows[] = {
    {1, "FS_SECRM_FL"},
    {2, "FS_UNRM_FL"},
    {4, "FS_COMPR_FL"},
    {8, "FS_SYNC_FL"},
    {0x10, "FS_IMMUTABLE_FL"},
    {0x20, "FS_APPEND_FL"},
    {0x40, "FS_NODUMP_FL"},
    {0x80, "FS_NOATIME_FL"},
    {0x100, "FS_DIRTY_FL"},
    {0x200, "FS_COMPRBLK_FL"},
    {0x400, "FS_NOCOMP_FL"},
    {0x800, "FS_ENCRYPT_FL"},
    {0x1000, "FS_INDEX_FL"},
    {0x2000, "FS_IMAGIC_FL"},
    {0x4000, "FS_JOURNAL_DATA_FL"},
    {0x8000, "FS_NOTAIL_FL"},
    {0x10000, "FS_DIRSYNC_FL"},
    {0x20000, "FS_TOPDIR_FL"},
    {0x40000, "FS_HUGE_FILE_FL"},
    {0x80000, "FS_EXTENT_FL"},
    {0x100000, "FS_VERITY_FL"},
    {0x200000, "FS_EA_INODE_FL"},
    {0x400000, "FS_EOFBLOCKS_FL"},
    {0x800000, "FS_NOCOW_FL"},
    {0x2000000, "FS_DAX_FL"},
    {0x10000000, "FS_INLINE_DATA_FL"},
    {0x20000000, "FS_PROJINHERIT_FL"},
    {0x40000000, "FS_CASEFOLD_FL"},
    {0x80000000, "FS_RESERVED_FL"},
};
const FlagSet file_attributes{"FS_???_FL", file_attributes_rows};

static constexpr FlagName file_extended_attributes_rows[] = {
    {1, "FS_XFLAG_REALTIME"},
    {2, "FS_XFLAG_PREALLOC"},
    {8, "FS_XFLAG_IMMUTABLE"},
    {0x10, "FS_XFLAG_APPEND"},
    {0x20, "FS_XFLAG_SYNC"},
    {0x40, "FS_XFLAG_NOATIME"},
    {0x80, "FS_XFLAG_NODUMP"},
    {0x100, "FS_XFLAG_RTINHERIT"},
    {0x200, "FS_XFLAG_PROJINHERIT"},
    {0x400, "FS_XFLAG_NOSYMLINKS"},
    {0x800, "FS_XFLAG_EXTSIZE"},
    {0x1000, "FS_XFLAG_EXTSZINHERIT"},
    {0x2000, "FS_XFLAG_NODEFRAG"},
    {0x4000, "FS_XFLAG_FILESTREAM"},
    {0x8000, "FS_XFLAG_DAX"},
    {0x10000, "FS_XFLAG_COWEXTSIZE"},
    {0x80000000, "FS_XFLAG_HASATTR"},
};
const FlagSet file_extended_attributes{"FS_XFLAG_???", file_extended_attributes_rows};

static constexpr FlagName modem_lines_rows[] = {
    {1, "TIOCM_LE"},
    {2, "TIOCM_DTR"},
    {4, "TIOCM_RTS"},
    {8, "TIOCM_ST"},
    {0x10, "TIOCM_SR"},
    {0x20, "TIOCM_CTS"},
    {0x40, "TIOCM_CAR"},
    {0x80, "TIOCM_RNG"},
    {0x100, "TIOCM_DSR"},
    {0x2000, "TIOCM_OUT1"},
    {0x4000, "TIOCM_OUT2"},
    {0x8000, "TIOCM_LOOP"},
};
const FlagSet modem_lines{"TIOCM_???", modem_lines_rows};

static constexpr FlagName infrared_modes_rows[] = {
    {1, "LIRC_MODE_RAW"},
    {2, "LIRC_MODE_PULSE"},
    {4, "LIRC_MODE_MODE2"},
    {8, "LIRC_MODE_SCANCODE"},
    {0x10, "LIRC_MODE_LIRCCODE"},
};
const FlagSet infrared_modes{"LIRC_MODE_???", infrared_modes_rows};

static constexpr FlagName infrared_features_rows[] = {
    {0, "LIRC_CAN_SET_REC_FILTER"},
    {1, "LIRC_CAN_SEND_RAW"},
    {2, "LIRC_CAN_SEND_PULSE"},
    {4, "LIRC_CAN_SEND_MODE2"},
    {0x10, "LIRC_CAN_SEND_LIRCCODE"},
    {0x100, "LIRC_CAN_SET_SEND_CARRIER"},
    {0x200, "LIRC_CAN_SET_SEND_DUTY_CYCLE"},
    {0x400, "LIRC_CAN_SET_TRANSMITTER_MASK"},
    {0x10000, "LIRC_CAN_REC_RAW"},
    {0x20000, "LIRC_CAN_REC_PULSE"},
    {0x40000, "LIRC_CAN_REC_MODE2"},
    {0x80000, "LIRC_CAN_REC_SCANCODE"},
    {0x100000, "LIRC_CAN_REC_LIRCCODE"},
    {0x1000000, "LIRC_CAN_SET_REC_CARRIER"},
    {0x2000000, "LIRC_CAN_MEASURE_CARRIER"},
    {0x4000000, "LIRC_CAN_USE_WIDEBAND_RECEIVER"},
    {0x10000000, "LIRC_CAN_SET_REC_TIMEOUT"},
    {0x20000000, "LIRC_CAN_GET_REC_RESOLUTION"},
    {0x80000000, "LIRC_CAN_SET_REC_CARRIER_RANGE"},
};
const FlagSet infrared_features{"LIRC_CAN_???", infrared_features_rows};

static constexpr FlagName network_disk_flags_rows[] = {
    {1, "NBD_FLAG_HAS_FLAGS"},
    {2, "NBD_FLAG_READ_ONLY"},
    {4, "NBD_FLAG_SEND_FLUSH"},
    {8, "NBD_FLAG_SEND_FUA"},
    {0x20, "NBD_FLAG_SEND_TRIM"},
    {0x40, "NBD_FLAG_SEND_WRITE_ZEROES"},
    {0x80, "NBD_FLAG_SEND_DF"},
    {0x100, "NBD_FLAG_CAN_MULTI_CONN"},
    {0x200, "NBD_FLAG_SEND_RESIZE"},
    {0x400, "NBD_FLAG_SEND_CACHE"},
};
const FlagSet network_disk_flags{"NBD_FLAG_???", network_disk_flags_rows};

static constexpr FlagName scsi_resets_rows[] = {
    {0, "SG_SCSI_RESET_NOTHING"},
    {1, "SG_SCSI_RESET_DEVICE"},
    {2, "SG_SCSI_RESET_BUS"},
    {3, "SG_SCSI_RESET_HOST"},
    {4, "SG_SCSI_RESET_TARGET"},
    {0x100, "SG_SCSI_RESET_NO_ESCALATE|SG_SCSI_RESET_NOTHING"},
    {0x101, "SG_SCSI_RESET_NO_ESCALATE|SG_SCSI_RESET_DEVICE"},
    {0x102, "SG_SCSI_RESET_NO_ESCALATE|SG_SCSI_RESET_BUS"},
    {0x103, "SG_SCSI_RESET_NO_ESCALATE|SG_SCSI_RESET_HOST"},
    {0x104, "SG_SCSI_RESET_NO_ESCALATE|SG_SCSI_RESET_TARGET"},
};
const FlagSet scsi_resets{"SG_SCSI_RESET_???", scsi_resets_rows};

static constexpr FlagName clock_voltages_rows[] = {
    {1, "RTC_VL_DATA_INVALID"},
    {2, "RTC_VL_BACKUP_LOW"},
    {4, "RTC_VL_BACKUP_EMPTY"},
    {8, "RTC_VL_ACCURACY_LOW"},
    {0x10, "RTC_VL_BACKUP_SWITCH"},
};
const FlagSet clock_voltages{"RTC_VL_???", clock_voltages_rows};

}  // namespace shimtrace::decoders
