// Names of the constants in commands of ioctl to devices and file systems.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet file_attributes, file_extended_attributes, modem_lines, infrared_modes, infrared_features, network_disk_flags, scsi_resets, clock_voltages;

}  // namespace shimtrace::decoders
