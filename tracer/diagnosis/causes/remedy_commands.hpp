// Commands that remedies suggest and that more than one place needs.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <string>

namespace shimtrace::diagnosis {

/// As a shell reads it back: in quotes where it has to be. Foreign names may hold anything.
std::string shell_word(std::string_view text);
/// Thaws what freezes this cgroup: Cgroup::frozen_by, which may be one above it.
std::string thaw_command(const Cgroup& cgroup);

}  // namespace shimtrace::diagnosis
