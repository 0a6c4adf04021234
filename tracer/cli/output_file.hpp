// Where -o leads: standard error, a file, a file a thread (-ff), or a command behind a pipe.
#pragma once

#include "tracer/output/line_writer.hpp"

#include <shimtrace/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace shimtrace::cli {

struct OutputPlace {
    std::string path;            ///< -o: empty: `standard`; "-": standard output; "|cmd" or "!cmd": a command's standard input
    bool append = false;         ///< -A
    bool separate = false;       ///< -ff: one file a thread, named PATH.TID
    bool notices_apart = false;  ///< what is said of the session itself stands on standard error, not in the file
    int standard = 2;            ///< the descriptor used without -o
    bool is_text = true;         ///< else it is refused to a terminal
    /// Set: a reader that does not read (of a pipe, a terminal, a device; regular files have none) holds nobody up; lines are lost instead,
    /// and this tells how many, in a line.
    std::function<std::string(std::uint64_t)> tell_lost;
    bool of_host = false;  ///< what it tells is of this host, as a recording is: its owner's alone
    std::string source;  ///< the file that is read from meanwhile: it is not written over, and who may not read it may not read the output;
                         ///< empty: none
};

/// Called once, perhaps from another thread, when the output ends early. `failed`: it could not be written, as has been said on standard
/// error; else nobody reads it any more.
using OutputEnded = std::function<void(bool failed)>;

/// Errors: as open(2); and the place is the source.
Result<std::unique_ptr<output::LineWriter>> open_output(const OutputPlace& place, OutputEnded ended);

}  // namespace shimtrace::cli
