// btrfs: linux/btrfs.h. Snapshotters of containers speak it.
#include "decoders/constants/btrfs.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/time_value.hpp"

namespace shimtrace::decoders::devices {

namespace btrfs {

using namespace values;

static constexpr FlagName largest_rows[] = {{UINT64_MAX, "UINT64_MAX"}};
static constexpr FlagSet largest{"", largest_rows};
static constexpr Value up_to{Format::decimal_constant, 8, largest}, object{Format::decimal_constant, 8, btrfs_objects},
    key_type{Format::decimal_constant, 4, btrfs_keys}, uuid = of(Format::uuid, 16);

// Volumes, by name.
static constexpr Field volume_fields[] = {{"fd", descriptor}, {"name", at(8, string(0))}};
static constexpr Layout volume{.fields = volume_fields, .size = 4096};

// Subvolumes that take over quotas. A quota group's limits stand in commands of their own, too.
static constexpr Field limit_fields[] = {{"flags", flags64(btrfs_quota_limits)}, {"max_rfer max_excl rsv_rfer rsv_excl", u64}};
static constexpr Layout limit{limit_fields};
static constexpr Pointed quota_groups{.value = u64, .counted_by = 8, .counter = 8, .here = true};
static constexpr Field inherited_fields[] = {{"flags", flags64(btrfs_inherit_flags)},
                                             {"num_qgroups num_ref_copies num_excl_copies", u64},
                                             {"lim", limit},
                                             {"qgroups", when(Shown::in_full, quota_groups)}};
static constexpr Layout inherited{inherited_fields};
static constexpr Pointed inherited_there{.value = inherited};
static constexpr Field inheriting_fields[] = {{"size", at(24, u64)}, {"qgroup_inherit", inherited_there}};
static constexpr Field not_inheriting_fields[] = {{"", at(24, skipped(8))}};
static constexpr OfNumber not_inheriting[] = {{0, not_inheriting_fields}};
static constexpr ByNumber by_inheriting{
    .place = 16, .width = 8, .rows = not_inheriting, .otherwise = inheriting_fields, .mask = 4};  // BTRFS_SUBVOL_QGROUP_INHERIT
static constexpr Field subvolume_fields[] = {
    {"fd", descriptor}, {"flags", at(16, flags64(btrfs_subvolume_flags))}, {"", by_inheriting}, {"name", at(56, string(0))}};
static constexpr Field made_fields[] = {{"transid", at(8, u64)}};
static constexpr Layout subvolume{.fields = subvolume_fields, .size = 4096}, made{made_fields};
static constexpr Pointed subvolume_flags{.value = flags64(btrfs_subvolume_flags), .here = true};

static constexpr Field range_fields[] = {{"start", u64},
                                         {"len", up_to},
                                         {"flags", flags64(btrfs_defragment_flags)},
                                         {"extent_thresh", u32},
                                         {"compress_type", constant32(btrfs_compressions)}};
static constexpr Layout range{.fields = range_fields, .size = 48};

// Balancing: a part for each of the kinds that the flags name.
static constexpr Field part_fields[] = {{"profiles", flags64(btrfs_space_flags)},
                                        {"usage", up_to},
                                        {"devid", device64},
                                        {"pstart pend vstart vend target", up_to},
                                        {"flags", flags64(btrfs_balance_parts)}};
static constexpr Layout part{.fields = part_fields, .size = 136};
static constexpr Field no_fields[] = {{"", at(16, skipped(0))}};
static constexpr Field data_fields[] = {{"data", at(16, part)}}, metadata_fields[] = {{"meta", at(152, part)}},
                       system_fields[] = {{"sys", at(288, part)}};
static constexpr OfNumber nothing[] = {{0, no_fields}};
static constexpr ByNumber by_data{.place = 0, .width = 8, .rows = nothing, .otherwise = data_fields, .mask = 1},
    by_metadata{.place = 0, .width = 8, .rows = nothing, .otherwise = metadata_fields, .mask = 4},
    by_system{.place = 0, .width = 8, .rows = nothing, .otherwise = system_fields, .mask = 2};
static constexpr Field balance_fields[] = {{"flags", flags64(btrfs_balance_flags)}, {"", by_data}, {"", by_metadata}, {"", by_system}};
static constexpr Field balanced_fields[] = {
    {"flags", flags64(btrfs_balance_flags)}, {"state", flags64(btrfs_balance_states)}, {"", by_data}, {"", by_metadata}, {"", by_system}};
static constexpr Layout balance{.fields = balance_fields, .size = 1024}, balanced{.fields = balanced_fields, .size = 1024};

// Devices of a file system.
static constexpr Field asked_device_fields[] = {{"devid", device64}, {"uuid", when(Shown::if_set, uuid)}};
static constexpr Field told_device_fields[] = {
    {"uuid", at(8, when(Shown::if_set, uuid))}, {"bytes_used total_bytes", u64}, {"path", at(3072, string(0))}};
static constexpr Layout asked_device{.fields = asked_device_fields, .size = 4096}, told_device{.fields = told_device_fields, .size = 4096};
static constexpr Elements error_counts{.element = u64, .indexes = &btrfs_statistics, .count = 5};
static constexpr Field asked_errors_fields[] = {{"devid", device64}, {"nr_items", u64}, {"flags", flags64(btrfs_statistics_flags)}};
static constexpr Field told_errors_fields[] = {
    {"nr_items", at(8, u64)}, {"flags", flags64(btrfs_statistics_flags)}, {"values", error_counts}};
static constexpr Layout asked_errors{.fields = asked_errors_fields, .size = 1032}, told_errors{told_errors_fields};
static constexpr Field replacing_fields[] = {{"srcdevid", device64},
                                             {"cont_reading_from_srcdev_mode", constant64(btrfs_reading_modes)},
                                             {"srcdev_name", string(0)},
                                             {"tgtdev_name", at(1041, string(0))}};
static constexpr Layout replacing{.fields = replacing_fields, .size = 2072};
static constexpr Field replacing_state_fields[] = {{"replace_state", constant64(btrfs_replace_states)},
                                                   {"progress_1000 time_started time_stopped num_write_errors", u64},
                                                   {"num_uncorrectable_read_errors", u64}};
static constexpr Layout replacing_state{replacing_state_fields};
static constexpr Field start_fields[] = {{"start", at(16, replacing)}}, status_fields[] = {{"status", at(16, replacing_state)}};
static constexpr OfNumber replace_starts[] = {{0, start_fields}}, replace_states[] = {{1, status_fields}};
static constexpr ByNumber by_replace{.place = 0, .width = 8, .rows = replace_starts, .otherwise = no_fields},
    by_replaced{.place = 0, .width = 8, .rows = replace_states, .otherwise = no_fields};
static constexpr Field replace_fields[] = {{"cmd", constant64(btrfs_replace_commands)}, {"", by_replace}};
static constexpr Field replaced_fields[] = {{"result", at(8, constant64(btrfs_replace_results))}, {"", by_replaced}};
static constexpr Layout replace{.fields = replace_fields, .size = 2600}, replaced{.fields = replaced_fields, .size = 2600};
static constexpr Field scrub_fields[] = {{"devid", device64}, {"start", u64}, {"end", up_to}, {"flags", flags64(btrfs_scrub_flags)}};
static constexpr Field progress_fields[] = {
    {"data_extents_scrubbed tree_extents_scrubbed data_bytes_scrubbed tree_bytes_scrubbed read_errors csum_errors verify_errors no_csum "
     "csum_discards super_errors malloc_errors uncorrectable_errors corrected_errors last_physical unverified_errors",
     u64}};
static constexpr Layout progress{progress_fields};
static constexpr Field scrubbed_fields[] = {{"progress", at(32, progress)}};
static constexpr Layout scrub{.fields = scrub_fields, .size = 1024}, scrubbed{scrubbed_fields},
    scrub_device{.fields = std::span(scrub_fields).first(1), .size = 1024};

// What a file system is.
static constexpr Field checksum_fields[] = {{"csum_type", at(44, constant16(btrfs_checksums))}, {"csum_size", u16}};
static constexpr Field generation_fields[] = {{"generation", at(56, u64)}};
static constexpr Field metadata_uuid_fields[] = {{"metadata_uuid", at(64, uuid)}};
static constexpr ByNumber by_checksum{.place = 48, .width = 8, .rows = nothing, .otherwise = checksum_fields, .mask = 1},
    by_generation{.place = 48, .width = 8, .rows = nothing, .otherwise = generation_fields, .mask = 2},
    by_metadata_uuid{.place = 48, .width = 8, .rows = nothing, .otherwise = metadata_uuid_fields, .mask = 4};
static constexpr Field information_fields[] = {{"max_id num_devices", u64},
                                               {"fsid", uuid},
                                               {"nodesize sectorsize clone_alignment", u32},
                                               {"", by_checksum},
                                               {"flags", at(48, flags64(btrfs_information_flags))},
                                               {"", by_generation},
                                               {"", by_metadata_uuid}};
static constexpr Layout information{.fields = information_fields, .size = 1024};
static constexpr Field feature_fields[] = {{"compat_flags", flags64(btrfs_compatible_features)},
                                           {"compat_ro_flags", flags64(btrfs_read_only_features)},
                                           {"incompat_flags", flags64(btrfs_incompatible_features)}};
static constexpr Layout features{feature_fields};
static constexpr Elements two_features{.element = features, .count = 2}, three_features{.element = features, .count = 3};
static constexpr Field space_fields[] = {{"flags", flags64(btrfs_space_flags)}, {"total_bytes used_bytes", u64}};
static constexpr Layout space{space_fields};
static constexpr Pointed spaces{.value = space, .counted_by = 8, .counter = 8, .here = true};
static constexpr Field space_slots_fields[] = {{"space_slots", u64}};
static constexpr Field spaces_fields[] = {{"total_spaces", at(8, u64)}, {"spaces", when(Shown::in_full, spaces)}};
static constexpr Layout space_slots{.fields = space_slots_fields, .size = 16}, told_spaces{spaces_fields};

// Trees. The first number that is free is what everybody begins with.
static constexpr Field first_free_fields[] = {{"min_objectid", at(8, when(Shown::in_full_alone, object))}};
static constexpr Field first_fields[] = {{"min_objectid", at(8, object)}};
static constexpr OfNumber first_free[] = {{256, first_free_fields}};
static constexpr ByNumber by_first{8, 8, first_free, first_fields};
static constexpr Field key_fields[] = {{"tree_id", object},
                                       {"", by_first},
                                       {"max_objectid", at(16, object)},
                                       {"min_offset max_offset min_transid max_transid", up_to},
                                       {"min_type max_type", key_type},
                                       {"nr_items", u32}};
static constexpr Field found_key_fields[] = {{"nr_items", at(64, u32)}};
static constexpr Layout key{.fields = key_fields, .size = 104}, found_key{.fields = found_key_fields, .size = 104};
static constexpr Field search_fields[] = {{"key", key}, {"buf_size", u64}};
static constexpr Field found_fields[] = {{"key", found_key}, {"buf_size", u64}};
static constexpr Layout search{.fields = std::span(search_fields).first(1), .size = 104},
    found{.fields = std::span(found_fields).first(1), .size = 104}, sized_search{search_fields}, sized_found{found_fields};
static constexpr Field lookup_fields[] = {{"treeid objectid", object}};
static constexpr Field looked_up_fields[] = {{"treeid", object}, {"name", at(16, string(0))}};
static constexpr Layout lookup{.fields = lookup_fields, .size = 4096}, looked_up{.fields = looked_up_fields, .size = 4096};

// Files by their inodes, inodes by where their bytes lie.
static constexpr Field container_fields[] = {{"bytes_left bytes_missing elem_cnt elem_missed", u32}};
static constexpr Layout container{container_fields};
static constexpr Pointed container_there{.value = container};
static constexpr Elements reserved{.element = x64, .count = 3};
static constexpr Field paths_fields[] = {{"inum size", u64}, {"fspath", at(48, location)}};
static constexpr Field told_paths_fields[] = {{"fspath", at(48, container_there)}};
static constexpr Field inodes_fields[] = {
    {"logical size", u64}, {"reserved", when(Shown::if_set, reserved)}, {"flags", flags64(btrfs_inode_flags)}, {"inodes", location}};
static constexpr Field told_inodes_fields[] = {{"inodes", at(48, container_there)}};
static constexpr Layout paths{paths_fields}, told_paths{told_paths_fields}, inodes{inodes_fields}, told_inodes{told_inodes_fields};

// Sent and received subvolumes.
static constexpr Field moment_fields[] = {{"sec", u64}, {"nsec", u32}};
static constexpr Layout moment_layout{moment_fields};
static void print_moment(Printer& printer, const Region& region, Surroundings& around) {
    print_fields(printer, moment_layout, region, around);
    const std::string text = calendar_time(value_at<std::int64_t>(region.bytes, 0), value_at<std::uint32_t>(region.bytes, 8), 9);
    if (!text.empty()) printer.comment(text);
}
static constexpr Value moment = of(print_moment, 16);
static constexpr Field received_fields[] = {{"uuid", uuid}, {"stransid", u64}, {"stime", at(32, moment)}, {"flags", at(64, u64)}};
static constexpr Field told_received_fields[] = {{"rtransid", at(24, u64)}, {"rtime", at(48, moment)}};
static constexpr Layout received{.fields = received_fields, .size = 200}, told_received{told_received_fields};
static constexpr Pointed sources{.value = object, .counted_by = 8, .counter = 8};
static constexpr Field send_fields[] = {{"send_fd", descriptor},
                                        {"clone_sources_count", at(8, u64)},
                                        {"clone_sources", at(16, when(Shown::in_brief, location))},
                                        {"clone_sources", at(16, when(Shown::in_full_alone, sources))},
                                        {"parent_root", object},
                                        {"flags", flags64(btrfs_send_flags)}};
static constexpr Layout send{.fields = send_fields, .size = 72};

// Quotas.
static constexpr Field quota_fields[] = {{"cmd", constant64(btrfs_quota_commands)}};
static constexpr Field assign_fields[] = {{"assign src dst", u64}}, create_fields[] = {{"create qgroupid", u64}};
static constexpr Field limited_fields[] = {{"qgroupid", u64}, {"lim", limit}};
static constexpr Field rescan_fields[] = {{"flags", u64}, {"progress", object}};
static constexpr Layout quota{.fields = quota_fields, .size = 16}, assign{assign_fields}, create{create_fields}, limited{limited_fields},
    rescan{.fields = std::span(rescan_fields).first(1), .size = 64}, rescanned{.fields = rescan_fields, .size = 64};

static constexpr Command rows[] = {
    {0x9406, Way::none},                                            // BTRFS_IOC_TRANS_START
    {0x9407, Way::none},                                            // BTRFS_IOC_TRANS_END
    {0x9408, Way::none},                                            // BTRFS_IOC_SYNC
    {0x941c, Way::none},                                            // BTRFS_IOC_SCRUB_CANCEL
    {0x942e, Way::none},                                            // BTRFS_IOC_QUOTA_RESCAN_WAIT
    {0x40049421, Way::number, constant64(btrfs_balance_controls)},  // BTRFS_IOC_BALANCE_CTL
    {0x40089413, Way::takes, u64},                                  // BTRFS_IOC_DEFAULT_SUBVOL
    {0x40089416, Way::takes, u64},                                  // BTRFS_IOC_WAIT_SYNC
    {0x4008941a, Way::takes, subvolume_flags},                      // BTRFS_IOC_SUBVOL_SETFLAGS
    {0x4010942a, Way::takes, create},                               // BTRFS_IOC_QGROUP_CREATE
    {0x40189429, Way::takes, assign},                               // BTRFS_IOC_QGROUP_ASSIGN
    {0x40309410, Way::takes, range},                                // BTRFS_IOC_DEFRAG_RANGE
    {0x40309439, Way::takes, two_features},                         // BTRFS_IOC_SET_FEATURES
    {0x4040942c, Way::takes, rescan},                               // BTRFS_IOC_QUOTA_RESCAN
    {0x40489426, Way::takes, send},                                 // BTRFS_IOC_SEND
    {0x50009401, Way::takes, volume},                               // BTRFS_IOC_SNAP_CREATE
    {0x50009402, Way::none},                                        // BTRFS_IOC_DEFRAG
    {0x50009403, Way::takes, volume},                               // BTRFS_IOC_RESIZE
    {0x50009404, Way::takes, volume},                               // BTRFS_IOC_SCAN_DEV
    {0x50009405, Way::takes, volume},                               // BTRFS_IOC_FORGET_DEV
    {0x5000940a, Way::takes, volume},                               // BTRFS_IOC_ADD_DEV
    {0x5000940b, Way::takes, volume},                               // BTRFS_IOC_RM_DEV
    {0x5000940c, Way::none},                                        // BTRFS_IOC_BALANCE
    {0x5000940e, Way::takes, volume},                               // BTRFS_IOC_SUBVOL_CREATE
    {0x5000940f, Way::takes, volume},                               // BTRFS_IOC_SNAP_DESTROY
    {0x50009417, Way::changes, subvolume, made},                    // BTRFS_IOC_SNAP_CREATE_V2
    {0x50009418, Way::changes, subvolume, made},                    // BTRFS_IOC_SUBVOL_CREATE_V2
    {0x80089418, Way::fills, u64},                                  // BTRFS_IOC_START_SYNC
    {0x80089419, Way::fills, subvolume_flags},                      // BTRFS_IOC_SUBVOL_GETFLAGS
    {0x80189439, Way::fills, features},                             // BTRFS_IOC_GET_FEATURES
    {0x8030942b, Way::fills, limited},                              // BTRFS_IOC_QGROUP_LIMIT
    {0x8040942d, Way::fills, rescanned},                            // BTRFS_IOC_QUOTA_RESCAN_STATUS
    {0x80489439, Way::fills, three_features},                       // BTRFS_IOC_GET_SUPPORTED_FEATURES
    {0x8400941f, Way::fills, information},                          // BTRFS_IOC_FS_INFO
    {0x84009422, Way::fills, balanced},                             // BTRFS_IOC_BALANCE_PROGRESS
    {0x90009427, Way::takes, volume},                               // BTRFS_IOC_DEVICES_READY
    {0xc0109414, Way::changes, space_slots, told_spaces},           // BTRFS_IOC_SPACE_INFO
    {0xc0109428, Way::takes, quota},                                // BTRFS_IOC_QUOTA_CTL
    {0xc0389423, Way::changes, paths, told_paths},                  // BTRFS_IOC_INO_PATHS
    {0xc0389424, Way::changes, inodes, told_inodes},                // BTRFS_IOC_LOGICAL_INO
    {0xc038943b, Way::changes, inodes, told_inodes},                // BTRFS_IOC_LOGICAL_INO_V2
    {0xc0709411, Way::changes, sized_search, sized_found},          // BTRFS_IOC_TREE_SEARCH_V2
    {0xc0c89425, Way::changes, received, told_received},            // BTRFS_IOC_SET_RECEIVED_SUBVOL
    {0xc400941b, Way::changes, scrub, scrubbed},                    // BTRFS_IOC_SCRUB
    {0xc400941d, Way::changes, scrub_device, scrubbed},             // BTRFS_IOC_SCRUB_PROGRESS
    {0xc4009420, Way::changes, balance, balanced},                  // BTRFS_IOC_BALANCE_V2
    {0xc4089434, Way::changes, asked_errors, told_errors},          // BTRFS_IOC_GET_DEV_STATS
    {0xca289435, Way::changes, replace, replaced},                  // BTRFS_IOC_DEV_REPLACE
    {0xd0009411, Way::changes, search, found},                      // BTRFS_IOC_TREE_SEARCH
    {0xd0009412, Way::changes, lookup, looked_up},                  // BTRFS_IOC_INO_LOOKUP
    {0xd000941e, Way::changes, asked_device, told_device},          // BTRFS_IOC_DEV_INFO
};

}  // namespace btrfs

constinit const std::span<const Command> btrfs_commands = btrfs::rows;

}  // namespace shimtrace::decoders::devices
