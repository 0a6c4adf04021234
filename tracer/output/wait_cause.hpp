// For what a call keeps its thread off the CPU, in a word: for sums over many calls.
#pragma once

#include <shimtrace/event.hpp>
#include <shimtrace/open_file.hpp>

#include <string_view>

namespace shimtrace::output {

/// "pipe", "peer", "lock", "child", "disk" …; empty: it is no call that waits. `target`: what its descriptor led to; nullptr: not known.
std::string_view wait_cause(const Event& enter, const OpenFile* target);

}  // namespace shimtrace::output
