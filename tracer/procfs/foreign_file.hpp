// A file of a process's or a container's, opened to be read, and to be mapped: its pages come from a file system that answers by itself, or
// are a copy.
#pragma once

#include "tracer/procfs/answering_mounts.hpp"
#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/types.hpp>

#include <sys/stat.h>

#include <string>

namespace shimtrace::host {

struct FilePlace {
    std::string path;      ///< a magic link below /proc, or a path
    bool in_root = false;  ///< the path is one inside the process's root, and never leads out of it
};

struct ForeignFile {
    OwnedFd fd;             ///< of the file, or of a copy in memory
    struct stat status {};  ///< the file's
};

/// What stat(2) says of a file of any kind; nothing is opened.
OrErrno<struct stat> status_of_foreign(Pid whose, const FilePlace& place);

/// A regular file; EINVAL: it is another kind of file. ETIMEDOUT: its file system did not answer in time, or not with all of it.
OrErrno<ForeignFile> open_foreign(Pid whose, const FilePlace& place, AnsweringMounts& mounts);

}  // namespace shimtrace::host
