// Every goroutine of a live process, read from outside: by default without stopping it for a moment.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/goroutine.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace shimtrace::stacks {

struct GoroutineOptions {
    bool stop = false;                                   ///< hold all threads still: a consistent view, and running goroutines' stacks
    std::size_t max_stack_bytes = std::size_t{1} << 20;  ///< of each goroutine
    std::size_t max_goroutines = std::size_t{1} << 20;
    Nanoseconds stop_deadline = std::chrono::milliseconds(20);  ///< threads that do not stop within it are read as they are
};

/// What each executable teaches, kept for all processes that run it. From any thread.
class BinaryCache {
public:
    BinaryCache();
    ~BinaryCache();
    BinaryCache(BinaryCache&&) noexcept;
    BinaryCache& operator=(BinaryCache&&) noexcept;

    /// What was looked at of the executables counts as this program's memory no more; it comes again where it is looked at again.
    void release_pages();

    struct Entries;
    [[nodiscard]] Entries& entries() { return *entries_; }

private:
    std::unique_ptr<Entries> entries_;
};

/// nullopt: not a Go program. Errors: it is gone or may not be read, or it is a Go program that cannot be understood.
Result<std::optional<GoProgram>> read_goroutines(Pid pid, BinaryCache& cache, const GoroutineOptions& options = {});

/// Whether its executable has been learned, and is a Go program's, be it one that cannot be understood. Reads none.
bool is_known_go_program(Pid pid, BinaryCache& cache);

}  // namespace shimtrace::stacks
