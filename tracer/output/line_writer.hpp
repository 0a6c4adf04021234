// Where printed text goes. Printers know nothing of files.
#pragma once

#include <shimtrace/types.hpp>

#include <string_view>

namespace shimtrace::output {

class LineWriter {
public:
    virtual ~LineWriter() = default;
    /// Text of the line of thread `tid` (several writers of -ff tell by it); not necessarily a whole line.
    virtual void write(Tid tid, std::string_view text) = 0;
    /// A word about the session that is no line of a thread: in the midst of these, unless it is told elsewhere.
    virtual void notice(Tid tid, std::string_view text) { write(tid, text); }
    /// What was written is on its way.
    virtual void flush() = 0;
};

}  // namespace shimtrace::output
