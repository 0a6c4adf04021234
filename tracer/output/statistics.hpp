// What a session's calls add up to: by call, target, thread and container; the longest; those that never returned.
#pragma once

#include "decoders/syscalls/render.hpp"
#include "tracer/output/call_stream.hpp"
#include "tracer/output/histogram.hpp"
#include "tracer/output/messages.hpp"
#include "tracer/output/off_cpu.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace shimtrace::output {

struct Tally {
    std::uint64_t calls = 0, errors = 0;
    std::uint64_t resting = 0;  ///< by_call: so many of them may just rest
    Histogram durations;
    std::map<std::string, std::uint64_t> errors_by_name;  ///< "ENOENT": 3
};

/// One call worth telling of.
struct NotableCall {
    MonotonicTime time;
    Nanoseconds duration{};
    Pid pid;
    Tid tid;
    std::string comm, container;
    std::string text;    ///< the line as trace shows it, without its prefix
    bool rests = false;  ///< it may: see may_rest
    bool found = false;  ///< its thread was in it when the session began
};

using Tallies = std::map<std::string, Tally>;

/// Consumes a session; memory grows with the number of different calls, targets, threads and containers, not with events.
class Statistics : public CallStream {
public:
    explicit Statistics(std::size_t longest = 10) : most_notable_(longest) {}

    Tallies by_call, by_target, by_thread, by_container;
    /// Replies of ttrpc, gRPC and D-Bus: "ttrpc Task.Kill" as it was answered, "ttrpc Task.Kill (asked)" as the caller had it.
    Tallies by_method;
    std::vector<NotableCall> longest;         ///< longest first
    std::vector<NotableCall> longest_owed;    ///< of those that do not rest
    std::vector<NotableCall> never_returned;  ///< longest first
    std::uint64_t never_returned_count = 0;
    std::vector<AwaitedReply> never_answered;  ///< oldest first; lasting ones left out
    std::uint64_t events = 0, lost = 0, signals = 0;
    std::uint64_t found = 0;  ///< calls that their threads were in when the session began
    MonotonicTime first, last;
    OffCpu times;

    void session(const SessionInfo& session) override;
    void scheduling(const Scheduling& stretch) override { times.scheduling(stretch); }
    void end() override;
    [[nodiscard]] const SessionInfo& of_session() const { return session_info(); }
    /// nullptr: not known.
    [[nodiscard]] const TaskInfo* of_task(Tid tid) const { return find_task(tid); }
    /// Of a key of by_container, or NotableCall::container, as people call it.
    [[nodiscard]] const std::string& words_of(const std::string& container) const;
    /// by_container with those for keys.
    [[nodiscard]] Tallies by_named_container() const;

protected:
    void call(const Event& enter, const Event& exit) override;
    void unfinished(const Event& enter, MonotonicTime last, Unreturned why) override;
    void other(const Event& event) override;
    virtual void count_messages(const std::vector<SeenMessage>& messages);

private:
    void entered(const Event& enter) override { messages_.entered(enter, targets()); }
    void note_time(MonotonicTime time);
    void note_wait(const Event& enter, MonotonicTime until);
    void keep_longest(std::vector<NotableCall>& calls, const Event& enter, const Event& exit, Nanoseconds duration) const;
    void learn_name(const ContainerRef& container);
    [[nodiscard]] NotableCall notable(const Event& enter, const Event* exit, Nanoseconds duration) const;

    std::size_t most_notable_;
    std::map<std::string, std::string> words_;  ///< of the containers that have a name
    MessageReader messages_;
};

/// Tables for people; `what`: "call", "target", "thread", "container", "method", in the order to print.
std::string statistics_text(const Statistics& statistics, const std::vector<std::string>& what);
/// Schema shimtrace.stat/1: everything.
nlohmann::json statistics_json(const Statistics& statistics);

/// What differs between two sessions: calls, errors, latencies, targets. `b` is compared to `a`.
std::string difference_text(const Statistics& a, const Statistics& b);
/// Schema shimtrace.diff/1.
nlohmann::json difference_json(const Statistics& a, const Statistics& b);

/// From one time to another; at the ends of what can be told where a damaged recording has them farther apart.
Nanoseconds elapsed(MonotonicTime from, MonotonicTime to);

/// "1.2ms", "350us", "2.5s".
std::string duration_text(Nanoseconds duration);

}  // namespace shimtrace::output
