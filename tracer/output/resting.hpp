// Which calls may wait for nothing that is owed to them.
#pragma once

#include <shimtrace/event.hpp>

namespace shimtrace::output {

/// As far as the call itself tells: who waits for a lock's word, for any of several descriptors, for a time or for a signal may have
/// nothing to do. Who waits for one descriptor or a child waits for somebody.
bool may_rest(const Event& enter);

}  // namespace shimtrace::output
