// ttrpc, gRPC, NRI and D-Bus out of a session's calls: what goes over each end of such a socket as messages, replies matched with their
// calls.
#pragma once

#include "decoders/messages/dbus/stream.hpp"
#include "decoders/messages/grpc/stream.hpp"
#include "decoders/messages/ttrpc/multiplexed.hpp"
#include "decoders/syscalls/transfer.hpp"

#include <shimtrace/event.hpp>
#include <shimtrace/event_sink.hpp>
#include <shimtrace/snapshot.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace shimtrace::output {

/// Bits, for sets of protocols.
enum MessageProtocol : std::uint8_t { protocol_ttrpc = 1 << 0, protocol_dbus = 1 << 1, protocol_grpc = 1 << 2, protocol_nri = 1 << 3 };
constexpr std::uint8_t every_protocol = protocol_ttrpc | protocol_dbus | protocol_grpc | protocol_nri;

/// "ttrpc", "dbus", "grpc", "nri": as lines begin and as -e takes it.
std::string_view protocol_name(MessageProtocol protocol);

/// Which protocol is spoken over such a socket; nullopt: none that is read.
std::optional<MessageProtocol> protocol_of(OpenFileRole role);

struct SeenMessage {
    MessageProtocol protocol{};
    MonotonicTime time;
    Pid pid;
    Tid tid;
    std::string text;    ///< the line, without a prefix: `ttrpc → #7 Task.Kill{id:"c1" signal:9}`
    std::string method;  ///< of calls, and of replies to calls that were seen: "Task.Kill"; empty: neither
    bool reply = false;
    bool served = false;  ///< the observed process is the one that answers
    std::string error;    ///< of replies that say so: "NOT_FOUND"
    std::optional<Nanoseconds> took;
    std::uint64_t connection = 0;  ///< the same at both ends, where the socket's other end is known
    std::uint64_t call = 0;        ///< which call of that connection it is, or answers
};

/// A call that no reply has been seen for.
struct AwaitedReply {
    MessageProtocol protocol{};
    Pid pid;
    Tid tid;           ///< which read or wrote the call
    std::string text;  ///< `ttrpc #7 Task.Kill{id:"c1" signal:9}`
    std::string method;
    MonotonicTime since;
    bool served = false;
    bool lasting = false;  ///< a Wait: it lasts as long as what it waits for
};

/// Fed with a session's calls in their order. Each end of a socket is a conversation of its own, whoever holds it: where both ends are
/// observed, a message is seen twice, as it leaves and as it arrives.
class MessageReader {
public:
    /// `overdue_after`: 0: calls never are.
    explicit MessageReader(Nanoseconds overdue_after = {}) : overdue_after_(overdue_after) {}

    /// A call has been entered: a reply that is read before the call which wrote its request has returned belongs to that one.
    void entered(const Event& enter, const OpenFileDictionary& targets);
    /// A call has returned.
    std::vector<SeenMessage> returned(const Event& enter, const Event& exit, const OpenFileDictionary& targets);
    /// A process has ended: what it had not answered stays unanswered.
    std::vector<SeenMessage> ended(Pid pid, Tid tid, MonotonicTime time);

    /// Oldest first.
    [[nodiscard]] std::vector<AwaitedReply> in_flight() const;
    /// Those that have waited for `overdue_after`, and again at twice that, four times …, each time once; lasting ones left out.
    std::vector<AwaitedReply> overdue(MonotonicTime now);

private:
    struct Arrival {  ///< a read that came back before the write that it may answer
        decoders::Transfer transfer;
        MonotonicTime time;
        Pid pid;
        Tid tid;
    };
    struct Conversation {
        std::variant<ttrpc::Connection, dbus::Connection, grpc::Connection, ttrpc::MultiplexedConnection> connection;
        MessageProtocol protocol{};
        std::uint64_t name = 0;  ///< the same at both ends
        bool client = false;     ///< its replies come by reads: it connected, or both sides ask
        Pid pid;
        std::map<Tid, MonotonicTime> writing;
        std::deque<Arrival> held;
        bool told_missing = false;
        struct Caller {
            Tid tid;                    ///< which read or wrote the call
            Nanoseconds next_report{};  ///< the age at which it is overdue, again
        };
        std::map<std::uint64_t, Caller> callers;  ///< by call in flight
    };

    Conversation* find(const Event& enter, const OpenFileDictionary& targets, Inode& inode);
    void feed(Conversation& conversation, const decoders::Transfer& transfer, MonotonicTime time, Pid pid, Tid tid,
              std::vector<SeenMessage>& into);
    void release(Conversation& conversation, std::vector<SeenMessage>& into);
    static std::vector<AwaitedReply> awaited(const Conversation& conversation);
    void end(Conversation& conversation, std::string_view how, MonotonicTime time, Pid pid, Tid tid, std::vector<SeenMessage>& into);

    Nanoseconds overdue_after_;
    std::unordered_map<Inode, Conversation> conversations_;
    MonotonicTime next_due_ = MonotonicTime::max();
};

/// A call that was under way before the session, as a goroutine of its shim tells.
struct EarlierCall {
    Pid shim;
    std::string text;  ///< a line: "ttrpc Task.Kill of default/c1 is under way in …"
};

/// Of every shim whose goroutines the snapshot has, be it the session's or another one's.
std::vector<EarlierCall> calls_under_way(const Snapshot& snapshot);

}  // namespace shimtrace::output
