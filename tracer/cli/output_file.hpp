// Where -o leads: standard error, a file, a file a thread (-ff), or a command behind a pipe.
#pragma once

#include "output/line_writer.hpp"

#include <shimtrace/error.hpp>

#include <functional>
#include <memory>
#include <string>

namespace shimtrace::cli {

struct OutputPlace {
    std::string path;       ///< -o: empty: `standard`; "-": standard output; "|cmd" or "!cmd": a command's standard input
    bool append = false;    ///< -A
    bool separate = false;  ///< -ff: one file a thread, named PATH.TID
    int standard = 2;       ///< the descriptor used without -o
};

/// `closed` is called once when nobody reads the output any more (EPIPE) or it cannot be written.
Result<std::unique_ptr<output::LineWriter>> open_output(const OutputPlace& place, std::function<void()> closed);

}  // namespace shimtrace::cli
