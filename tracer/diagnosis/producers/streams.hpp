// A container's or exec's stdout and stderr on their way out: the pipe or console, the shim's copier, the fifo.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace shimtrace::diagnosis {

/// Which stream a pipe or console is.
struct Stream {
    OpenFileRole role = OpenFileRole::none;
    ContainerRef container;
    std::string exec_id;

    [[nodiscard]] std::string words() const;  ///< "stdout of c1", "stderr of c1 exec e1"
};

/// From the roles of the descriptors that lead to the pipe; else from the number under which the container has it.
Stream stream_of(const Context& look, Inode inode, std::uint64_t device);

/// A descriptor of the shim's that carries the stream on: a fifo or a log file.
struct Outlet {
    Fd fd{-1};
    const OpenFile* target = nullptr;
};
/// One for each object, in the order of descriptors.
std::vector<Outlet> outlets(const Context& look, const Process& shim, const Stream& stream);

/// The shim's descriptor of the pipe's read end or the console's master; nullopt: it has none.
std::optional<Fd> inlet(const Context& look, const Process& shim, Inode inode, bool console);

/// What the shim's goroutines say about the copy of one stream.
struct Copier {
    bool known = false;                     ///< the goroutines were read, all of them
    bool reading = false;                   ///< one waits to read the inlet: it drained it a moment ago, and will again
    bool busy = false;                      ///< one is on its way between the two
    bool unclear = false;                   ///< one copies, and what it waits for was not told
    std::vector<const Goroutine*> writing;  ///< blocked in a write of what it read

    [[nodiscard]] bool gone() const { return known && !reading && !busy && !unclear && writing.empty(); }
};
Copier copier_of(const Process& shim, std::optional<Fd> inlet, const Stream& stream, const std::vector<Outlet>& outlets);

}  // namespace shimtrace::diagnosis
