// Mounts, and the calls that make them.
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow mount_table[] = {
    {"mount",
     class_file,
     {of("source", kinds::mount_source), path("target"), of("filesystemtype", kinds::mount_type), of("mountflags", kinds::mount_flags),
      of("data", kinds::mount_data)}},
    {"umount2", class_file, {path("target"), flags("flags", umount_flags)}},
    {"pivot_root", class_file, {path("new_root"), path("put_old")}, {.effect = moves_directory}},
    {"open_tree", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), flags("flags", open_tree_flags)}, results::fd},
    {"open_tree_attr",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), flags("flags", open_tree_flags), of("attr", kinds::mount_attributes_in, 4), size("size")},
     results::fd},
    {"move_mount",
     class_file | class_desc,
     {directory_fd("from_dirfd"), path("from_pathname"), directory_fd("to_dirfd"), path("to_pathname"), flags("flags", move_mount_flags)}},
    {"fsopen", class_desc, {string("fsname"), flags("flags", fsopen_flags)}, results::fd},
    {"fsconfig",
     class_file | class_desc,
     {fd("fd"), constant("cmd", fsconfig_commands), of("key", kinds::fsconfig_key), of("value", kinds::fsconfig_value),
      of("aux", kinds::fsconfig_aux)}},
    {"fsmount", class_desc, {fd("fs_fd"), flags("flags", fsmount_flags), flags("attr_flags", mount_attributes)}, results::fd},
    {"fspick", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), flags("flags", fspick_flags)}, results::fd},
    {"mount_setattr",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), flags("flags", mount_setattr_flags), of("attr", kinds::mount_attributes_in, 4),
      size("size")}},
    {"statmount", 0, {address("req"), address("buf"), size("bufsize"), hex("flags")}},
    {"listmount", 0, {address("req"), address("mnt_ids"), size("nr_mnt_ids"), hex("flags")}},
    {"swapon", class_file, {path("path"), of("swapflags", kinds::swap_flags)}},
    {"swapoff", class_file, {path("path")}},
    {"quotactl", class_file, {of("cmd", kinds::quota_command), path("special"), id("id"), address("addr")}},
    {"quotactl_fd", class_desc, {fd("fd"), of("cmd", kinds::quota_command), id("id"), address("addr")}},
    {"acct", class_file, {path("filename")}},
    {"sysfs", 0, {hex("option"), hex("arg1"), hex("arg2")}},
    {"nfsservctl", 0, {hex("cmd"), hex("argp"), hex("resp")}},
};

std::span<const SyscallRow> mount_rows() {
    return mount_table;
}

}  // namespace shimtrace::decoders
