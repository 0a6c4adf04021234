// What stands behind the "=": a number, an error, a descriptor with its target, an address, and the remarks in parentheses.
#pragma once

#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

/// "3", "-1 ENOENT (No such file or directory)", "? ERESTARTSYS (To be restarted if SA_RESTART is set)".
void render_result(Printer& printer, const SyscallRow* row);

/// Is the result of this call, which succeeded, a descriptor?
bool returns_descriptor(const SyscallRow& row, const Call& call);

/// Can it be one?
bool may_return_descriptor(const SyscallRow& row);

/// Kinds of results, for rows. Called when the call succeeded.
namespace results {
void unsigned_number(Printer&);
void hex(Printer&);
void octal(Printer&);
void fd(Printer&);
void process(Printer&);  ///< fork and its like: a process or thread
void poll(Printer&);     ///< which descriptors are ready, and the time left
void select(Printer&);
void seccomp(Printer&);  ///< a descriptor where a listener was asked for
void adjtimex(Printer&);
void date(Printer&);
void ioprio(Printer&);
void landlock(Printer&);
void personality(Printer&);
void receive_messages(Printer&);
void scheduler(Printer&);
void signal_number(Printer&);
}  // namespace results

}  // namespace shimtrace::decoders
