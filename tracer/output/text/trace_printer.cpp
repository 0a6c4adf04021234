#include "tracer/output/text/trace_printer.hpp"

#include "decoders/syscalls/capture.hpp"
#include "decoders/syscalls/quote.hpp"
#include "decoders/syscalls/table.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/output/call_choice.hpp"
#include "tracer/output/call_name.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cstring>
#include <ctime>
#include <iterator>

namespace shimtrace::output {

namespace {

// Linux's numbers, the same for x86-64 and i386 tables' users here: the two calls that never return.
bool never_returns(const Event& enter) {
    const auto name = decoders::syscall_name(enter.arch, enter.number);
    return name == "exit" || name == "exit_group";
}

/// ".000123": so many digits of a second's fraction, none of them rounded.
void append_fraction(std::string& text, std::int64_t ns, unsigned digits) {
    if (digits == 0) return;
    const std::size_t start = text.size();
    fmt::format_to(std::back_inserter(text), FMT_COMPILE(".{:09}"), ns % 1000000000);
    text.resize(start + 1 + digits);
}

/// "<0.000123>", as -T prints it.
void append_duration(std::string& text, Nanoseconds spent, unsigned digits) {
    const std::int64_t ns = std::max<std::int64_t>(0, spent.count());
    fmt::format_to(std::back_inserter(text), FMT_COMPILE(" <{}"), ns / 1000000000);
    append_fraction(text, ns, digits);
    text += '>';
}

/// The name that a thread gave itself with prctl(PR_SET_NAME).
std::optional<std::string> new_comm(const Event& enter, const Event& exit) {
    constexpr std::uint64_t set_name = 15;
    constexpr std::size_t longest = 15;
    if (exit.is_error || enter.args[0] != set_name || call_name(enter) != "prctl") return std::nullopt;
    const auto bytes = enter.memory.at(RemoteAddress{enter.args[1]}, longest);
    if (!bytes) return std::nullopt;
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    return std::string(text.substr(0, text.find('\0')));
}

std::string seconds_text(Nanoseconds spent) {
    return fmt::format("{:.1f} s", static_cast<double>(spent.count()) / 1e9);
}

}  // namespace

TracePrinter::TracePrinter(PrintOptions options, LineWriter& writer)
    : options_(std::move(options)), writer_(writer), table_(options_.wall_clock, options_.overhead_ns), messages_(options_.overdue_after) {
    scope_.targets = &targets_;
    scope_.task = [this](Tid tid) -> const TaskInfo* {
        const auto found = threads_.find(tid);
        if (found != threads_.end()) return &found->second.task;
        const auto other = others_.find(tid);
        return other == others_.end() ? nullptr : &other->second;
    };
    scope_.task_within = [this](Inode pid_namespace, std::int32_t number) -> const TaskInfo* {
        const auto found =
            std::ranges::find_if(threads_, [&](const auto& item) { return has_number(item.second.task, pid_namespace, number); });
        if (found != threads_.end()) return &found->second.task;
        const auto ended = std::ranges::find_if(ended_, [&](const TaskInfo& task) { return has_number(task, pid_namespace, number); });
        return ended == ended_.end() ? nullptr : &*ended;
    };
    if (options_.prefix != PidPrefix::none) scope_.told_set = [this](OpenFileId id) { return told_sets_.contains(id.value); };
    scope_.restarted = [this](Tid tid) -> std::string_view {
        const auto found = threads_.find(tid);
        return found == threads_.end() ? std::string_view() : found->second.interrupted;
    };
}

void TracePrinter::session(const SessionInfo& session) {
    session_ = session;
}
void TracePrinter::target(OpenFileId id, const OpenFile& target) {
    targets_.define(id, target);
}
void TracePrinter::task(const TaskInfo& task) {
    TaskInfo& known = task.pid ? threads_[task.tid].task : others_[task.tid];
    // A line begins with what its thread, and whom it speaks of, was called then.
    if (open_ && options_.style.pid_comms && known.comm != task.comm) show_beginning();
    known = task;
}

void TracePrinter::forget(Tid tid) {
    constexpr std::size_t most_ended = 64;
    const auto found = threads_.find(tid);
    if (found == threads_.end()) return;
    if (found->second.task.ns_tids.size() > 1) ended_.push_front(std::move(found->second.task));
    if (ended_.size() > most_ended) ended_.pop_back();
    threads_.erase(found);
}

void TracePrinter::snapshot(const Snapshot& snapshot) {
    if (reads_messages() && printing() && !last_event_) under_way_ = calls_under_way(snapshot);
}

void TracePrinter::event(const Event& event) {
    last_event_ = std::max(event.time, last_event_.value_or(event.time));
    if (!under_way_.empty()) tell_under_way();
    if (reads_messages()) tell_overdue(event);
    Thread& thread = threads_[event.tid];
    switch (event.kind) {
        case EventKind::attached:
            on_attached(event, thread);
            break;
        case EventKind::syscall_enter:
            on_enter(event, thread);
            break;
        case EventKind::syscall_exit:
            on_exit(event, thread);
            break;
        case EventKind::signal:
            on_signal(event, thread);
            break;
        case EventKind::group_stop:
            if (!printing() || !shows_signal(options_, event.number)) break;
            tell_line(event, fmt::format("--- stopped by {} ---", decoders::signal_name(event.number)));
            break;
        case EventKind::exec:
            on_exec(event);
            break;
        case EventKind::exited:
        case EventKind::killed:
            on_end_of_thread(event, thread);
            break;
        case EventKind::still_blocked:
            on_still_blocked(event, thread);
            break;
        case EventKind::detached:
            on_detached(event, thread);
            break;
        case EventKind::lost:
            interrupt_open_line();
            notice(event.tid, fmt::format("{} events were lost here: the writer could not keep up", event.result));
            break;
    }
    constexpr std::size_t enough = 64 * 1024;
    if (text_.size() >= enough) pass_on();
}

void TracePrinter::on_enter(const Event& event, Thread& thread) {
    thread.enter = event;
    thread.in_call = true;
    thread.shown = false;
    thread.other_path = !names_path(options_, event, targets_);
    thread.hidden = !options_.calls.holds(event.arch, event.number, true) || thread.other_path;
    if (reads_messages()) messages_.entered(event, targets_);
    if (thread.hidden || !printing() || whole_lines_only()) return;
    interrupt_open_line();
    open_ = event.tid;
    open_shown_ = false;
    if (never_returns(event)) {
        show_beginning();
        text_ += ")";
        add_result("?", nullptr, nullptr);
        thread.in_call = false;
        open_.reset();
    } else if (event.at_attach && !options_.plain) {
        // It may never return: said at once, with its age.
        show_beginning();
        text_ += event.since ? fmt::format(" <blocked for at least {} ...>", seconds_text(event.time - *event.since)) : " <blocked ...>";
        open_.reset();
        end_line();
    }
}

void TracePrinter::show_beginning() {
    if (!open_ || open_shown_) return;
    Thread& thread = threads_[*open_];
    open_shown_ = true;
    begin_line(thread.enter, thread.enter.number);
    add_beginning(thread.enter, decoders::render_entry(thread.enter, style_of(options_, options_.style, thread.enter), scope_).on_entry);
    thread.shown = true;
}

void TracePrinter::interrupt_open_line() {
    if (!open_) return;
    show_beginning();
    text_ += " <unfinished ...>";
    open_.reset();
    end_line();
}

void TracePrinter::on_exit(const Event& event, Thread& thread) {
    if (!thread.in_call) return;
    thread.in_call = false;
    const bool shown = !thread.hidden && print_call(event, thread);
    constexpr std::int64_t restart_with_block = -516;  // ERESTART_RESTARTBLOCK: restart_syscall goes on with it
    if (event.result == restart_with_block) thread.interrupted = call_name(thread.enter);
    if (const auto name = new_comm(thread.enter, event)) thread.task.comm = *name;
    if (reads_messages()) tell(messages_.returned(thread.enter, event, targets_), shown, thread.other_path);
}

bool TracePrinter::print_call(const Event& event, Thread& thread) {
    const decoders::RenderedCall call =
        printing() ? decoders::render_call(thread.enter, event, style_of(options_, options_.style, thread.enter), scope_)
                   : decoders::RenderedCall{};
    if (options_.summary != Summary::none) table_.count(thread.enter, event);
    if (!printing()) return false;
    if ((options_.statuses & status_of(call)) == 0) return false;

    if (open_ == event.tid && open_shown_) {
        text_ += call.on_exit;
    } else if (thread.shown) {
        interrupt_open_line();
        begin_line(event, thread.enter.number);
        text_ += fmt::format(FMT_COMPILE("<... {} resumed>"), call_name(thread.enter));
        text_ += call.on_exit;
    } else {
        if (open_ && open_ != event.tid) interrupt_open_line();
        begin_line(thread.enter, thread.enter.number);
        add_beginning(thread.enter, call.on_entry);
        text_ += call.on_exit;
    }
    open_.reset();
    add_result(call.result, &thread.enter, &event);
    print_dump(thread.enter, event);
    if (options_.stacks) print_stack(event.stack.empty() ? thread.enter : event);
    return true;
}

void TracePrinter::add_result(std::string_view result, const Event* enter, const Event* exit) {
    text_ += ' ';
    const void* last_end = ::memrchr(text_.data(), '\n', text_.size());
    const std::size_t line_start =
        last_end == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(last_end) - text_.data()) + 1;
    const std::size_t column = text_.size() - line_start + (line_start == 0 ? column_ : 0);
    if (column < static_cast<std::size_t>(options_.column)) text_.append(static_cast<std::size_t>(options_.column) - column, ' ');
    text_ += "= ";
    text_ += result;
    if (options_.durations && enter != nullptr) append_duration(text_, exit->time - enter->time, options_.duration_digits);
    end_line();
}

void TracePrinter::on_signal(const Event& event, const Thread&) {
    if (!printing() || !shows_signal(options_, event.number)) return;
    tell_line(event,
              fmt::format("--- {} {} ---", decoders::signal_name(event.number), decoders::render_siginfo(event, options_.style, scope_)));
    if (options_.stacks) print_stack(event);
}

void TracePrinter::on_still_blocked(const Event& event, Thread& thread) {
    if (!printing() || options_.plain || thread.hidden) return;
    if (!thread.in_call) thread.enter = event;
    interrupt_open_line();
    begin_line(event, event.number);
    const Nanoseconds spent = event.time - event.since.value_or(thread.enter.time);
    text_ += fmt::format("<... {} still blocked after {}", call_name(event), seconds_text(spent));
    if (!event.note.empty()) text_ += ": " + event.note;
    text_ += " ...>";
    end_line();
}

void TracePrinter::begin_line(const Event& event, std::int64_t number) {
    if (text_of_ != event.tid) {
        pass_on();
        text_of_ = event.tid;
    }
    add_prefix(event.tid);
    add_time(event.time);
    if (options_.syscall_numbers) text_ += number < 0 ? "[????] " : fmt::format("[{:4}] ", number);
    if (options_.instruction_pointers)
        text_ += event.instruction_pointer == 0 ? "[????????????????] " : fmt::format("[{:016x}] ", event.instruction_pointer);
}

void TracePrinter::add_beginning(const Event& enter, std::string_view rendered) {
    text_ += rendered;
    for (const FdUse& use : enter.fds)
        if (const OpenFile* target = targets_.find(use.target); target != nullptr && target->kind == OpenFileKind::eventpoll)
            told_sets_.insert(use.target.value);
}

void TracePrinter::say(Tid tid, std::string_view text) {
    interrupt_open_line();
    notice(tid, text);
}

void TracePrinter::add_prefix(Tid tid) {
    const auto comm = [&]() -> std::string {
        if (!options_.style.pid_comms) return {};
        const auto found = threads_.find(tid);
        if (found == threads_.end() || found->second.task.comm.empty()) return {};
        std::string name = "<";
        decoders::append_escaped(name, found->second.task.comm, "<>");
        return name + ">";
    };
    switch (options_.prefix) {
        case PidPrefix::column:
            if (const std::string name = comm(); name.empty())
                fmt::format_to(std::back_inserter(text_), FMT_COMPILE("{:<5} "), tid.value);
            else
                text_ += fmt::format("{}{} ", tid.value, name);  // not padded: strace -Y
            break;
        case PidPrefix::bracketed:
            if (traced_ > 1) text_ += fmt::format("[pid {:5}{}] ", tid.value, comm());
            break;
        case PidPrefix::none:
            break;
    }
}

void TracePrinter::add_time(MonotonicTime time) {
    if (options_.timestamps != Timestamps::none) {
        const auto since_epoch = session_.real(time).time_since_epoch().count();
        const std::int64_t seconds = since_epoch / 1000000000;
        if (options_.timestamps == Timestamps::epoch) {
            fmt::format_to(std::back_inserter(text_), FMT_COMPILE("{}"), seconds);
        } else {
            if (clock_text_.empty() || clock_second_ != seconds) {
                const std::time_t clock = static_cast<std::time_t>(seconds);
                std::tm local{};
                localtime_r(&clock, &local);
                clock_text_ = fmt::format(FMT_COMPILE("{:02}:{:02}:{:02}"), local.tm_hour, local.tm_min, local.tm_sec);
                clock_second_ = seconds;
            }
            text_ += clock_text_;
        }
        append_fraction(text_, since_epoch, options_.timestamp_digits);
        text_ += ' ';
    }
    if (options_.relative_times) {
        const std::int64_t ns = last_line_ ? std::max<std::int64_t>(0, (time - *last_line_).count()) : 0;
        last_line_ = time;
        std::string text = fmt::format("{:6}", ns / 1000000000);
        append_fraction(text, ns, options_.relative_digits);
        text_ += options_.timestamps == Timestamps::none ? text + " " : "(+" + text + ") ";
    }
}

void TracePrinter::end_line() {
    text_ += '\n';
    open_shown_ = false;
}

void TracePrinter::tell_line(const Event& at, std::string_view text) {
    interrupt_open_line();
    const auto thread = threads_.find(at.tid);
    begin_line(at, thread == threads_.end() ? -1 : thread->second.enter.number);
    text_ += text::printable(text);
    end_line();
}

void TracePrinter::notice(Tid tid, std::string_view text) {
    pass_on();
    text_of_ = tid;
    writer_.notice(tid, fmt::format("shimtrace: {}\n", text::printable(text)));
}

void TracePrinter::pass_on() {
    if (text_.empty()) return;
    const std::size_t newline = text_.rfind('\n');
    column_ = newline == std::string::npos ? column_ + text_.size() : text_.size() - newline - 1;
    writer_.write(text_of_, text_);
    text_.clear();
}

void TracePrinter::idle() {
    show_beginning();
    pass_on();
    writer_.flush();
}

void TracePrinter::end() {
    if (open_) {
        show_beginning();
        text_ += " <detached ...>\n";
        open_.reset();
    }
    if (reads_messages() && printing()) tell_in_flight();
    if (options_.summary != Summary::none) text_ += table_.text(options_);
    pass_on();
    writer_.flush();
}

}  // namespace shimtrace::output
