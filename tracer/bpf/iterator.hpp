// A program of ours that the kernel runs for each item of a table of its own (Documentation/bpf/bpf_iterators.rst): one stream of bytes
// tells of all of them, where /proc wants several calls for each. It reads, and is gone with its descriptor; no process waits for it, and
// it waits for none.
#pragma once

#include "tracer/bpf/programs.hpp"
#include "tracer/procfs/owned_fd.hpp"
#include "tracer/procfs/proc_directory.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

namespace shimtrace::bpf {

class Iterator {
public:
    /// Errors: EPERM without CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON; ENOSYS, EINVAL, EACCES: this kernel does not run it.
    static host::OrErrno<Iterator> load(const KernelProgram& program);

    /// Goes through the table from its beginning. `take` is given what was written and is not taken yet, again and again: how many bytes of
    /// it were a row; 0: the row has not come whole; nullopt: it wants no more.
    /// The errno that ended it; 0: none.
    [[nodiscard]] int run(const std::function<std::optional<std::size_t>(std::string_view)>& take) const;

private:
    explicit Iterator(host::OwnedFd link) : link_(std::move(link)) {}
    host::OwnedFd link_;
};

}  // namespace shimtrace::bpf
