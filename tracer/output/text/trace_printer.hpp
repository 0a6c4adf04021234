// Events as strace's lines: one a call, split into `<unfinished ...>` and `<... resumed>` where calls overlap.
#pragma once

#include "tracer/output/line_writer.hpp"
#include "tracer/output/messages.hpp"
#include "tracer/output/print_options.hpp"
#include "tracer/output/text/summary.hpp"

#include <shimtrace/event_sink.hpp>

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace shimtrace::output {

/// Prints a session, live or replayed. What it prints depends on the stream and the options alone; idle() changes when
/// bytes appear, never which.
class TracePrinter : public EventSink {
public:
    TracePrinter(PrintOptions options, LineWriter& writer);

    void session(const SessionInfo& session) override;
    void target(OpenFileId id, const OpenFile& target) override;
    void task(const TaskInfo& task) override;
    void event(const Event& event) override;
    void snapshot(const Snapshot& snapshot) override;
    void idle() override;
    void end() override;

    /// A line of ours between those of the trace.
    void say(Tid tid, std::string_view text);

private:
    struct Thread {
        TaskInfo task;
        Event enter;  ///< the call under way, where in_call
        bool in_call = false;
        bool hidden = false;           ///< the call under way is filtered out
        bool shown = false;            ///< its beginning has been printed already
        bool other_path = false;       ///< it touches none of the paths asked for (-P)
        std::string interrupted = {};  ///< the call that its restart_syscall goes on with
    };

    void on_enter(const Event& event, Thread& thread);
    void on_exit(const Event& event, Thread& thread);
    /// False: it is not to be shown.
    bool print_call(const Event& event, Thread& thread);
    void on_signal(const Event& event, const Thread& thread);
    void on_attached(const Event& event, Thread& thread);
    void on_end_of_thread(const Event& event, Thread& thread);
    void on_still_blocked(const Event& event, Thread& thread);
    void on_exec(const Event& event);
    void show_unreturned(const Event& event, Thread& thread);
    void on_detached(const Event& event, Thread& thread);
    void forget(Tid tid);

    [[nodiscard]] bool reads_messages() const { return (options_.messages | options_.messages_alone) != 0; }
    [[nodiscard]] bool is_shown(const SeenMessage& message, bool call_shown, bool other_path) const;
    void tell(const std::vector<SeenMessage>& messages, bool calls_shown, bool other_path);
    void tell_overdue(const Event& event);
    void tell_in_flight();
    void tell_under_way();

    /// A line appears when its call has returned: its status decides whether it does, or every thread has a file of its own.
    [[nodiscard]] bool whole_lines_only() const { return options_.statuses != status_all || options_.prefix == PidPrefix::none; }
    [[nodiscard]] bool printing() const { return options_.summary != Summary::only; }
    void show_beginning();
    void traced_changes(int by);
    void interrupt_open_line();
    void begin_line(const Event& event, std::int64_t number);
    /// The call's beginning, as it was rendered, is in the text from now on.
    void add_beginning(const Event& enter, std::string_view rendered);
    void add_prefix(Tid tid);
    void add_time(MonotonicTime time);
    void add_result(std::string_view result, const Event* enter, const Event* exit);
    void end_line();
    /// A line that belongs to no call.
    void tell_line(const Event& at, std::string_view text);
    void print_stack(const Event& event);
    /// -e read=, -e write=
    void print_dump(const Event& enter, const Event& exit);
    void notice(Tid tid, std::string_view text);
    void pass_on();
    [[nodiscard]] std::string role_of(const TaskInfo& task) const;

    PrintOptions options_;
    LineWriter& writer_;
    SessionInfo session_;
    OpenFileDictionary targets_;
    decoders::RenderScope scope_;
    std::unordered_map<Tid, Thread> threads_;
    std::unordered_map<Tid, TaskInfo> others_;  ///< not traced, but spoken of
    std::deque<TaskInfo> ended_;                ///< of pid namespaces of their own: their numbers name groups yet
    CallTable table_;
    MessageReader messages_;
    std::unordered_set<std::uint32_t> told_sets_;  ///< epoll descriptors whose sets have been shown
    std::vector<EarlierCall> under_way_;           ///< before the session; those of its own shims are told with its first event
    std::optional<MonotonicTime> last_event_;
    std::size_t traced_ = 0;                  ///< threads alive and traced
    std::optional<Tid> open_;                 ///< whose call is the line not yet ended
    bool open_shown_ = false;                 ///< its beginning is in the text already
    std::size_t column_ = 0;                  ///< characters of the open line passed on already
    std::optional<MonotonicTime> last_line_;  ///< for -r
    std::int64_t clock_second_ = 0;           ///< since 1970
    std::string clock_text_;                  ///< "23:01:02", that second; empty: of none yet
    std::string text_;                        ///< not yet passed on
    Tid text_of_;                             ///< whose text that is
};

}  // namespace shimtrace::output
