#include "decoders/syscalls/render.hpp"
#include "tracer/output/call_choice.hpp"
#include "tracer/output/call_name.hpp"
#include "tracer/output/export/call_exporter.hpp"
#include "tracer/output/export/exporters.hpp"
#include "tracer/output/json/json_values.hpp"
#include "tracer/output/role_text.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace shimtrace::output {

namespace {

using nlohmann::json;

class JsonlExporter final : public CallExporter {
public:
    JsonlExporter(LineWriter& writer, const PrintOptions& options) : CallExporter(writer, options.style), options_(options) {}

    void idle() override { writer().flush(); }
    void session(const SessionInfo& info) override {
        CallStream::session(info);
        put({{"type", "session"},
             {"schema", "shimtrace.jsonl/1"},
             {"writer", info.writer},
             {"host", info.host.name},
             {"kernel", info.host.kernel},
             {"boot_id", info.host.boot_id},
             {"containerd", info.host.containerd_version},
             {"runc", info.host.runc_version},
             {"start_ns", info.real_anchor.time_since_epoch().count()},
             {"command", info.command_line}});
        if (early_snapshot_) put(*early_snapshot_);
        early_snapshot_.reset();
        begun_ = true;
    }
    void task(const TaskInfo& task) override {
        CallStream::task(task);
        if (!task.pid) return;
        json line = {{"type", "task"}, {"pid", task.pid.value}, {"tid", task.tid.value}, {"comm", task.comm}};
        add_role(line, task);
        if (task.ns_tids.size() > 1) line["pid_ns"] = task.ns_tids.back();
        put(line);
    }
    void snapshot(const Snapshot& snapshot) override {
        json line = {{"type", "snapshot"},
                     {"time_ns", snapshot.taken.time_since_epoch().count()},
                     {"processes", snapshot.processes.size()},
                     {"containers", snapshot.containers.size()}};
        // A live recording's first snapshot is taken before the session begins.
        if (begun_)
            put(line);
        else
            early_snapshot_ = std::move(line);
    }

private:
    [[nodiscard]] bool shows(const Event& enter) const {
        return options_.calls.holds(enter.arch, enter.number, true) && names_path(options_, enter, targets());
    }

    void call(const Event& enter, const Event& exit) override {
        if (!shows(enter)) return;
        const auto rendered = decoders::render_call(enter, exit, style_of(options_, style(), enter), scope());
        if ((options_.statuses & status_of(rendered)) == 0) return;
        json line = call_json("call", enter, rendered.on_entry + rendered.on_exit);
        line["duration_ns"] = (exit.time - enter.time).count();
        line["result"] = exit.result;
        line["result_text"] = rendered.result;
        if (exit.is_error) line["error"] = error_name(exit);
        add_fds(line, enter, &exit);
        add_dump(line, enter, exit);
        add_stack(line, exit.stack.empty() ? enter : exit);
        put(line);
    }

    void unfinished(const Event& enter, MonotonicTime last, Unreturned why) override {
        const CallStatus status = why == Unreturned::left ? status_detached : status_unfinished;
        if (!shows(enter) || (options_.statuses & status) == 0) return;
        json line = call_json("unfinished", enter, decoders::render_entry(enter, style_of(options_, style(), enter), scope()).on_entry);
        line["duration_ns"] = (last - enter.since.value_or(enter.time)).count();
        add_fds(line, enter, nullptr);
        add_stack(line, enter);
        put(line);
    }

    void other(const Event& event) override {
        const bool of_signal = event.kind == EventKind::signal || event.kind == EventKind::group_stop;
        if (of_signal && !shows_signal(options_, event.number)) return;
        if (event.kind == EventKind::still_blocked) {
            const Event* enter = under_way(event.tid);  // it has the paths that the call names
            if (!shows(enter == nullptr ? event : *enter)) return;
        }
        json line = base(event);
        switch (event.kind) {
            case EventKind::attached:
                line["type"] = "attached";
                if (event.parent) line["parent"] = event.parent.value;
                break;
            case EventKind::signal:
                line["type"] = "signal";
                line["signal"] = decoders::signal_name(event.number);
                line["info"] = decoders::render_siginfo(event, style(), scope());
                add_stack(line, event);
                break;
            case EventKind::group_stop:
                line["type"] = "stopped";
                line["signal"] = decoders::signal_name(event.number);
                break;
            case EventKind::exec:
                line["type"] = "exec";
                if (event.parent) line["former_tid"] = event.parent.value;
                break;
            case EventKind::exited:
                line["type"] = "exited";
                line["status"] = event.result;
                break;
            case EventKind::killed:
                line["type"] = "killed";
                line["signal"] = decoders::signal_name(event.number);
                line["core"] = event.result == 1;
                break;
            case EventKind::still_blocked:
                line = call_json("blocked", event, {});
                line["blocked_ns"] = (event.time - event.since.value_or(event.time)).count();
                if (!event.note.empty()) line["note"] = event.note;
                break;
            case EventKind::detached:
                line["type"] = "detached";
                break;
            case EventKind::lost:
                line["type"] = "lost";
                line["events"] = event.result;
                break;
            default:
                return;
        }
        put(line);
    }

    [[nodiscard]] json base(const Event& event) const {
        json line = {
            {"time_ns", session_info().real(event.time).time_since_epoch().count()}, {"pid", event.pid.value}, {"tid", event.tid.value}};
        if (const TaskInfo* task = find_task(event.tid)) {
            line["comm"] = task->comm;
            add_role(line, *task);
        }
        return line;
    }

    static void add_container(json& line, const ContainerRef& container) {
        if (container) line["container"] = container_text(container);
        if (!container.name.empty()) line["container_name"] = container.name;
    }

    static void add_role(json& line, const TaskInfo& task) {
        if (task.role.role != ProcessRole::none) line["role"] = role_word(task.role.role);
        add_container(line, task.role.container);
    }

    [[nodiscard]] json call_json(const char* type, const Event& enter, const std::string& text) const {
        json line = base(enter);
        line["type"] = type;
        line["call"] = call_name(enter);
        line["args"] = enter.args;
        if (options_.syscall_numbers) line["number"] = enter.number;
        if (options_.instruction_pointers && enter.instruction_pointer != 0) line["instruction_pointer"] = enter.instruction_pointer;
        if (!text.empty()) line["text"] = text;
        return line;
    }

    void add_fds(json& line, const Event& enter, const Event* exit) const {
        auto list = json::array();
        const auto add = [&](const Event& event) {
            for (const FdUse& use : event.fds) {
                json entry = {{"fd", use.fd.value}};
                if (&event != &enter && std::ranges::find(enter.fds, use.fd, &FdUse::fd) != enter.fds.end()) entry["returned"] = true;
                if (const OpenFile* target = targets().find(use.target)) {
                    entry["target"] = target_text(*target);
                    entry["path"] = target->path;
                    add_container(entry, target->role->container);
                    auto holders = json::array();
                    for (const Holder& holder : target->holders) holders.push_back({{"pid", holder.pid.value}, {"comm", holder.comm}});
                    if (!holders.empty()) entry["holders"] = std::move(holders);
                }
                list.push_back(std::move(entry));
            }
        };
        add(enter);
        if (exit != nullptr) add(*exit);
        if (!list.empty()) line["fds"] = std::move(list);
    }

    void add_dump(json& line, const Event& enter, const Event& exit) const {
        const auto moved = dumped_parts(options_, enter, exit);
        if (!moved) return;
        std::string hex;
        for (const auto part : moved->parts)
            for (const std::byte byte : part)
                fmt::format_to(std::back_inserter(hex), FMT_COMPILE("{:02x}"), std::to_integer<unsigned>(byte));
        line["moved_hex"] = std::move(hex);
    }

    static void add_stack(json& line, const Event& event) {
        if (event.stack.empty()) return;
        auto frames = json::array();
        for (const StackFrame& frame : event.stack) {
            json entry = {{"pc", frame.pc}, {"module", frame.module}, {"offset", frame.offset}};
            if (!frame.function.empty()) entry["function"] = frame.function;
            if (!frame.file.empty()) {
                entry["file"] = frame.file;
                entry["line"] = frame.line;
            }
            frames.push_back(std::move(entry));
        }
        line["stack"] = std::move(frames);
    }

    void put(const json& line) { writer().write({}, json_text(line) + "\n"); }

    const PrintOptions options_;
    bool begun_ = false;
    std::optional<json> early_snapshot_;
};

}  // namespace

std::unique_ptr<EventSink> make_jsonl_exporter(LineWriter& writer) {
    return make_jsonl_exporter(writer, {});
}

std::unique_ptr<EventSink> make_jsonl_exporter(LineWriter& writer, const PrintOptions& options) {
    return std::make_unique<JsonlExporter>(writer, options);
}

}  // namespace shimtrace::output
