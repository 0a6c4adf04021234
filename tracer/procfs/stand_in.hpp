// A process of our own that asks in our place what may never be answered: memory whose page a dead server has, a file on a mount that does
// not answer, a lock that somebody holds who waits for such a thing. A thread would not do: the kernel does not let a process end while one
// of its threads sleeps uninterruptibly, kill -9 or not. A process can be left behind.
#pragma once

#include "tracer/procfs/owned_fd.hpp"

#include <shimtrace/types.hpp>

#include <optional>
#include <string>

namespace shimtrace::host {

/// What goes there and what comes back: bytes, and a descriptor where one goes along.
struct Parcel {
    std::string bytes;
    OwnedFd descriptor;
};

/// What a stand-in does with a parcel: a plain function, run in a copy of this program. It finds there the memory that the copy was made
/// with, no other thread, and no descriptor but the parcel's.
using Errand = Parcel (*)(Parcel);

/// "process 4711", "/mnt/share": what a question is about, as limits name it.
std::string concern_of(Pid pid);

constexpr Nanoseconds usual_patience = std::chrono::milliseconds(100);

/// The reply; nullopt where there is none in time. Then the stand-in is left behind, and until it does answer nobody asks again about the
/// same `concern`: one stand-in for each. `patience` is the time that it has; on a busy machine the time in which it was ready and had no
/// CPU does not count (patience.hpp). It is less where much time has gone in vain already, so that a host full of such processes does not
/// add up; of a great many that are left behind the first are ended, and not asked about again for a minute. A stand-in without work waits
/// for the next, and ends with this program. From any thread.
std::optional<Parcel> ask(const std::string& concern, Errand errand, Parcel request, Nanoseconds patience = usual_patience);

/// Whether a question about it is still not answered.
bool unanswered(const std::string& concern);

}  // namespace shimtrace::host
