// Who has the other end of a socket, and whether the connection shows that something is owed.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {

/// One connection as seen from one of its ends.
struct Connection {
    const SocketFacts* own = nullptr;   ///< nullptr: the kernel told nothing of it
    const SocketFacts* peer = nullptr;  ///< the other end's, or the listener's whose queue the connection is in; nullptr: not on this host
    std::vector<Pid> others;            ///< who else has the other end
    bool is_internal = false;           ///< only the process itself has it
    bool is_passed_on = false;          ///< packet by packet into another network namespace, by a process that does so

    explicit operator bool() const { return own != nullptr; }
    [[nodiscard]] bool is_accepted() const;
    /// Bytes that were sent and that the other end's process has not read.
    [[nodiscard]] std::uint32_t unread() const;
    /// Something was sent after what came last, or lies unread: an answer is owed. Of unix sockets that were read nothing can be told.
    [[nodiscard]] bool is_owed() const;
    /// Of sockets with names: the own end has none, and the other has. It has connected, and the other is the server.
    [[nodiscard]] bool is_to_named() const;
    /// Nobody's kernel answers: what was sent is sent again and again.
    [[nodiscard]] bool is_unanswered() const;
    /// Since when, at least; negative: not known.
    [[nodiscard]] double since_s(WaitKind kind) const;
    /// "310 bytes lie unread at the other end, 2 times sent again".
    [[nodiscard]] std::string words() const;
};

Connection connection_of(const Context& look, const Process& process, const OpenFile& socket);
/// True where more connections wait to be accepted than the listener has room for.
bool is_full_backlog(const SocketFacts& listener);

/// It has come by a listener of the process's own: who reads there waits for the next request.
bool is_accepted_here(const Process& process, const OpenFile& socket);

/// It passes on what it gets to another, and the answer back: a published port's proxy, a reverse proxy.
bool is_forwarder(const Process& process);
/// One thread alone waits for anything but the others: what that one waits for, the process does.
bool acts_as_one(const Facts& facts, const Process& process);
/// Stopped, traced or frozen as a whole: it can neither read nor answer.
bool cannot_run(const Facts& facts, const Process& process);

/// The edges of a wait on a socket to whoever has its other end: for room (`writes`), for a connection (`connects`), or for what is owed
/// (`reads`: called; `polls`: found in an event loop). Waiting for a peer that owes nothing gives none. `moves`: who waits has been seen to
/// move between the looks.
struct SocketWait {
    const Process& process;
    const OpenFile& socket;
    WaitKind kind;
    Standstill standstill;
    std::string evidence;
};
void wait_for_peer(const Context& look, const SocketWait& wait, std::vector<Wait>& out);

}  // namespace shimtrace::diagnosis
