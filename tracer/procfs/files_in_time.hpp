// Files of /proc that can make their reader sleep for as long as the process that they tell of does: cmdline, environ and maps wait for the
// lock of its mappings and for its pages, syscall, stack, io and auxv for the end of an exec, the fdinfo of an epoll for whoever is within
// it.
#pragma once

#include "tracer/procfs/proc_directory.hpp"

#include <shimtrace/types.hpp>

#include <span>
#include <string>
#include <vector>

namespace shimtrace::host {

struct FileWanted {
    const char* name;
    std::size_t most = std::size_t{4} << 20;
    bool records = false;  ///< it comes in pieces (ProcDirectory::read_records)
};

/// As ProcDirectory::read, of many files with one question to a stand-in. `whose`: the process that they tell of. ETIMEDOUT for all of
/// them: there was no answer in time.
std::vector<OrErrno<std::string>> read_in_time(const ProcDirectory& directory, Pid whose, std::span<const FileWanted> files);
OrErrno<std::string> read_in_time(const ProcDirectory& directory, Pid whose, const FileWanted& file);
/// The same about more than one process (stand_in.hpp).
std::vector<OrErrno<std::string>> read_in_time(const ProcDirectory& directory, const std::string& concern,
                                               std::span<const FileWanted> files);

}  // namespace shimtrace::host
