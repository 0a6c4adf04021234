// How threads come into a trace, change and leave it: attached, exec'd, ended, let go.
#include "tracer/output/text/trace_printer.hpp"

#include "decoders/syscalls/render.hpp"
#include "tracer/output/call_choice.hpp"
#include "tracer/output/call_name.hpp"
#include "tracer/output/role_text.hpp"

#include <fmt/format.h>

namespace shimtrace::output {

/// A line begins as it would have been shown while its call was the last that had come: whoever was idle then has shown it already.
void TracePrinter::traced_changes(int by) {
    show_beginning();
    if (by > 0 || traced_ > 0) traced_ += static_cast<std::size_t>(by);
}

void TracePrinter::on_attached(const Event& event, Thread& thread) {
    traced_changes(1);
    thread.task.tid = event.tid;
    thread.task.pid = event.pid;
    const bool started_by_us = session_.started_command && !event.parent && traced_ == 1;
    if (started_by_us || (options_.quiet & quiet_attach) != 0 || !printing()) return;
    if (options_.interesting && !event.parent && event.tid != leader(event.pid)) return;  // its process has been spoken of
    interrupt_open_line();
    std::string text = fmt::format("Process {} attached", event.tid.value);
    if (!options_.plain && event.tid == leader(event.pid)) text += role_of(thread.task);
    notice(event.tid, text);
}

std::string TracePrinter::role_of(const TaskInfo& task) const {
    const std::string role = role_text(task.role);
    return role.empty() ? std::string() : ": " + role;
}

void TracePrinter::on_exec(const Event& event) {
    if (!event.parent || event.parent == event.tid) return;
    // A thread that did not lead its group takes over the leader's id; the leader is gone without a word (ptrace(2), "execve(2) under
    // ptrace").
    const auto former = threads_.find(event.parent);
    if (former == threads_.end()) return;
    Thread& caller = former->second;
    const auto change = [&] {
        text_ += fmt::format(" <pid changed to {} ...>", event.tid.value);
        end_line();
    };
    const bool own_file = options_.prefix == PidPrefix::none && options_.statuses == status_all;
    if (printing() && own_file && caller.in_call && !caller.hidden) {
        begin_line(caller.enter, caller.enter.number);
        text_ += decoders::render_entry(caller.enter, style_of(options_, options_.style, caller.enter), scope_).on_entry;
        caller.shown = true;
        change();
    }
    if (const auto known = threads_.find(event.tid); known != threads_.end()) {
        if (printing()) show_unreturned(event, known->second);
        if (open_ == event.parent) {
            show_beginning();
            open_.reset();
            change();
        }
        traced_changes(-1);
        if (printing() && (options_.quiet & (quiet_superseded | quiet_thread_execve)) == 0)
            tell_line(event, fmt::format("+++ superseded by execve in pid {} +++", event.parent.value));
    }
    Thread& thread = threads_[event.tid];
    const TaskInfo task = thread.task;
    thread = std::move(threads_.extract(event.parent).mapped());
    thread.task = task;
    thread.enter.tid = event.tid;
    thread.enter.pid = event.pid;
    if (open_ == event.parent) open_ = event.tid;
}

/// The call under way, of a thread that is gone.
void TracePrinter::show_unreturned(const Event& event, Thread& thread) {
    if (!thread.in_call || thread.hidden || (options_.statuses & status_unfinished) == 0) return;
    if (open_ != event.tid) interrupt_open_line();
    const decoders::RenderedCall call = decoders::render_entry(thread.enter, style_of(options_, options_.style, thread.enter), scope_);
    if (open_ == event.tid) {
        show_beginning();
    } else if (thread.shown) {
        begin_line(event, thread.enter.number);
        text_ += fmt::format("<... {} resumed>", call_name(thread.enter));
    } else {
        begin_line(thread.enter, thread.enter.number);
        add_beginning(thread.enter, call.on_entry);
    }
    text_ += call.whole ? ")" : " <unfinished ...>)";
    open_.reset();
    add_result("?", nullptr, nullptr);
}

void TracePrinter::on_end_of_thread(const Event& event, Thread& thread) {
    if (thread.task.tid != event.tid) {  // never attached to
        if (options_.plain && printing() && (options_.quiet & quiet_exit) == 0) {
            interrupt_open_line();
            notice(event.tid, fmt::format("Exit of unknown pid {} ignored", event.tid.value));
        }
        threads_.erase(event.tid);
        return;
    }
    if (printing()) show_unreturned(event, thread);
    const bool told = event.kind == EventKind::exited ? (options_.quiet & quiet_exit) == 0 : shows_signal(options_, event.number);
    if (printing() && told) {
        tell_line(event, event.kind == EventKind::exited ? fmt::format("+++ exited with {} +++", event.result)
                                                         : fmt::format("+++ killed by {}{} +++", decoders::signal_name(event.number),
                                                                       event.result == 1 ? " (core dumped)" : ""));
    }
    if (reads_messages() && event.tid == leader(event.pid)) tell(messages_.ended(event.pid, event.tid, event.time), true, false);
    traced_changes(-1);
    forget(event.tid);
}

void TracePrinter::on_detached(const Event& event, Thread& thread) {
    if (printing() && thread.in_call && !thread.hidden && (options_.statuses & status_detached) != 0) {
        if (open_ == event.tid) {
            show_beginning();
            text_ += " <detached ...>";
            open_.reset();
            end_line();
        } else if (!thread.shown) {
            interrupt_open_line();
            begin_line(thread.enter, thread.enter.number);
            add_beginning(thread.enter,
                          decoders::render_entry(thread.enter, style_of(options_, options_.style, thread.enter), scope_).on_entry);
            text_ += " <detached ...>";
            end_line();
        }
    }
    const bool known = thread.task.tid == event.tid;
    if (known) traced_changes(-1);
    threads_.erase(event.tid);
    if (!options_.plain || (options_.quiet & quiet_attach) != 0 || !printing()) return;
    interrupt_open_line();
    notice(event.tid,
           known ? fmt::format("Process {} detached", event.tid.value) : fmt::format("Detached unknown pid {}", event.tid.value));
}

}  // namespace shimtrace::output
