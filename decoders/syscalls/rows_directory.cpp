// Directories, links and names.
#include "decoders/constants/file.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow directory_table[] = {
    {"getdents", class_desc, {fd("fd"), of("dirp", kinds::old_directory_entries), count("count")}},
    {"getdents64", class_desc, {fd("fd"), of("dirp", kinds::directory_entries), count("count")}},
    {"getcwd", class_file, {of("buf", kinds::out_text), size("size")}},
    {"chdir", class_file, {path("path")}, {.effect = moves_directory}},
    {"fchdir", class_desc, {fd("fd")}, {.effect = moves_directory}},
    {"chroot", class_file, {path("path")}, {.effect = moves_directory}},
    {"mkdir", class_file, {path("pathname"), mode("mode")}},
    {"mkdirat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), mode("mode")}},
    {"mknod", class_file, {path("pathname"), of("mode", kinds::file_mode), of("dev", kinds::mknod_device, 1)}},
    {"mknodat",
     class_file | class_desc,
     {directory_fd("dirfd"), path("pathname"), of("mode", kinds::file_mode), of("dev", kinds::mknod_device, 2)}},
    {"rmdir", class_file, {path("pathname")}, {.effect = moves_paths}},
    {"unlink", class_file, {path("pathname")}, {.effect = moves_paths}},
    {"unlinkat", class_file | class_desc, {directory_fd("dirfd"), path("pathname"), flags("flags", at_flags)}, {.effect = moves_paths}},
    {"rename", class_file, {path("oldpath"), path("newpath")}, {.effect = moves_paths}},
    {"renameat",
     class_file | class_desc,
     {directory_fd("olddirfd"), path("oldpath"), directory_fd("newdirfd"), path("newpath")},
     {.effect = moves_paths}},
    {"renameat2",
     class_file | class_desc,
     {directory_fd("olddirfd"), path("oldpath"), directory_fd("newdirfd"), path("newpath"), flags("flags", rename_flags)},
     {.effect = moves_paths}},
    {"link", class_file, {path("oldpath"), path("newpath")}},
    {"linkat",
     class_file | class_desc,
     {directory_fd("olddirfd"), path("oldpath"), directory_fd("newdirfd"), path("newpath"), flags("flags", at_flags)}},
    {"symlink", class_file, {link_text("target"), path("linkpath")}},
    {"symlinkat", class_file | class_desc, {link_text("target"), directory_fd("newdirfd"), path("linkpath")}},
    {"lookup_dcookie", 0, {size("cookie"), out_buffer("buffer"), size("len")}},
};

std::span<const SyscallRow> directory_rows() {
    return directory_table;
}

}  // namespace shimtrace::decoders
