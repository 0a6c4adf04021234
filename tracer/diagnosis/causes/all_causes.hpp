// Every cause, and which of them a path earns.
#pragma once

#include "tracer/diagnosis/causes/cause.hpp"

#include <span>
#include <string_view>

namespace shimtrace::diagnosis {

/// In the order of urgency: what must be mended first comes first.
std::span<const Cause> all_causes();

/// nullptr: no cause has that word.
const Cause* find_cause(std::string_view word);

/// What is said where nothing hangs.
const Cause& no_cause();

/// What is said where something hangs for no reason that is known.
const Cause& unknown_cause();

/// The cause that names the path.
const Cause& cause_of(const Context& look, const Path& path);

/// The cause whose own such an end is.
const Cause& owner_of(RootCause end);

bool is_over(const Context& look, const Path& path, Where where);

/// The process that stands at the end of the path, before its root; nullptr: it is gone.
const Process* process_at_end(const Context& look, const Path& path);

bool in_target(const Context& look, const Process& process);

}  // namespace shimtrace::diagnosis
