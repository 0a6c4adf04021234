// Names of the constants in commands of ioctl to devices and file systems.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet clock_voltages, file_attributes, file_extended_attributes, infrared_features, infrared_modes, modem_lines,
    network_disk_flags, scsi_resets;
extern const FlagSet bus_states, counter_components, counter_events, counter_scopes, disk_commands, extent_flags, extent_requests,
    fault_commands, fault_copy, fault_features, fault_modes, fault_range_commands, fault_zero, flash_ecc,
    flash_file_modes, flash_flags, flash_modes, flash_otp, flash_types, gpio_event_flags, gpio_handle_flags,
    gpio_line_flags, gpio_v2_flags, ide_nice, input_axes, input_effects, input_events, input_keys, loop_ciphers,
    loop_flags, notification_answers, notification_descriptors, partition_operations, perf_command_flags,
    ptp_output_flags, ptp_pin_functions, ptp_timestamp_flags, quota_fields, quota_formats, quota_info_fields,
    quota_info_flags, quota_kinds, quota_state_flags, rtc_backup_modes, rtc_features, rtc_parameters, ubi_data,
    ubi_flags, ubi_properties, ubi_types, video_buffer_types, video_capabilities, video_capture_modes,
    video_colorspaces, video_control_classes, video_control_flags, video_control_types, video_controls,
    video_fields, video_format_flags, video_formats, video_input_types, video_interval_types, video_memories,
    video_meta_formats, video_next_flags, video_radio_formats, video_size_types, video_sliced_flags,
    video_streaming, video_tuner_capabilities, video_tuner_channels, video_tuner_modes, video_tuner_types,
    video_vbi_flags, virtual_capabilities, virtual_cpuid_flags, virtual_memory_flags;

}  // namespace shimtrace::decoders
