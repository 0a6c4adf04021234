#include "tracer/output/text/goroutine_traceback.hpp"

#include "decoders/text/printable.hpp"

#include <nlohmann/json.hpp>

namespace shimtrace::output {
namespace {

using nlohmann::json;

constexpr const char* state_words[] = {"idle", "runnable",  "running",   "syscall", "waiting",
                                       "dead", "copystack", "preempted", "leaked",  "unknown"};
constexpr const char* wait_words[] = {"none",   "fd_read", "fd_write",     "chan_receive",  "chan_send",
                                      "select", "mutex",   "rwmutex_read", "rwmutex_write", "wait_group",
                                      "once",   "cond",    "sleep",        "syscall",       "child"};

json hex(std::uint64_t value) {
    char text[20];
    std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(value));
    return text;
}

json ids(const std::vector<GoroutineId>& goroutines) {
    json result = json::array();
    for (const GoroutineId id : goroutines) result.push_back(id.value);
    return result;
}

json frame_json(const GoFrame& frame) {
    return {{"function", frame.function.str()},
            {"file", frame.file.str()},
            {"line", frame.line},
            {"pc", hex(frame.pc)},
            {"inlined", frame.inlined}};
}

json wait_json(const GoWait& wait, const StackStyle& style) {
    json result = {{"kind", wait_words[static_cast<std::size_t>(wait.kind)]}};
    if (wait.fd.value >= 0) result["fd"] = wait.fd.value;
    if (!wait.fd_path.empty()) result["path"] = wait.fd_path;
    if (wait.object) result["object"] = hex(wait.object.value);
    if (wait.kind == GoWaitKind::chan_receive || wait.kind == GoWaitKind::chan_send) {
        result["length"] = wait.length;
        result["capacity"] = wait.capacity;
    }
    for (const GoSelectCase& c : wait.cases) {
        result["cases"].push_back({{"direction", c.send ? "send" : "receive"},
                                   {"channel", hex(c.channel.value)},
                                   {"length", c.length},
                                   {"capacity", c.capacity}});
    }
    if (!wait.others.empty()) result["others"] = ids(wait.others);
    const bool lock = is_lock(wait.kind);
    for (const InferredHolder& holder : wait.holders) {
        result[lock ? "inferred_holders" : "inferred_wakers"].push_back(
            {{"goroutine", holder.goroutine.value},
             {"score", holder.score},
             {"reasons", std::vector<std::string>(holder.reasons.begin(), holder.reasons.end())}});
    }
    if (wait.child) result["child"] = wait.child.value;
    if (wait.syscall >= 0) {
        result["syscall"] = wait.syscall;
        if (style.syscall_name) result["syscall_name"] = style.syscall_name(wait.arch, wait.syscall);
        for (const std::uint64_t arg : wait.args) result["args"].push_back(hex(arg));
    }
    if (wait.until) result["until_monotonic_ns"] = wait.until->count();
    if (const GoReply& reply = wait.reply; !reply.protocol.empty()) {
        result["reply"] = {{"protocol", reply.protocol}, {"method", reply.method}, {"tied", reply.tied}, {"connections", json::array()}};
        for (const Fd fd : reply.connections) result["reply"]["connections"].push_back(fd.value);
    }
    return result;
}

json purpose_json(const GoroutinePurpose& purpose) {
    json result = {{"what", purpose.what}};
    if (!purpose.detail.empty()) result["detail"] = purpose.detail;
    if (*purpose.container) {
        result["namespace"] = purpose.container->ns;
        result["container"] = purpose.container->id;
    }
    if (!purpose.exec_id.empty()) result["exec_id"] = purpose.exec_id;
    return result;
}

json served_json(const GoServedCall& call) {
    json result = {{"service", call.service}, {"method", call.method}};
    for (const auto& [name, text] :
         {std::pair{"pod_namespace", &call.pod_namespace}, {"pod", &call.pod}, {"container", &call.container}, {"name", &call.name}})
        if (!text->empty()) result[name] = *text;
    if (call.connection.value >= 0) result["connection"] = call.connection.value;
    return result;
}

json goroutine_json(const Goroutine& goroutine, const StackStyle& style) {
    json result = {{"id", goroutine.id.value},
                   {"state", state_words[static_cast<std::size_t>(goroutine.state)]},
                   {"wait_reason", goroutine.wait_reason},
                   {"waiting_at_least_s", goroutine.waiting ? json(std::chrono::duration<double>(*goroutine.waiting).count()) : json()},
                   {"thread", goroutine.thread ? json(goroutine.thread.value) : json()},
                   {"locked_to_thread", goroutine.locked_to_thread},
                   {"system", goroutine.system},
                   {"complete", goroutine.complete},
                   {"changed", goroutine.changed},
                   {"wait", wait_json(goroutine.wait, style)},
                   {"stack", json::array()}};
    if (!goroutine.purpose.what.empty()) result["meaning"] = purpose_json(goroutine.purpose);
    if (!goroutine.serves->method.empty()) result["serves"] = served_json(goroutine.serves);
    for (const GoLabel& label : goroutine.labels)
        result["labels"].push_back({{"key", text::printable(label.key)}, {"value", text::printable(label.value)}});
    for (const GoFrame& frame : goroutine.stack) result["stack"].push_back(frame_json(frame));
    if (goroutine.created_by) {
        result["created_by"] = frame_json(*goroutine.created_by);
        if (goroutine.parent) result["created_by"]["goroutine"] = goroutine.parent.value;
    }
    return result;
}

}  // namespace

json goroutines_json(const GoProgram& program, const StackStyle& style) {
    json result = {{"version", program.version},
                   {"derived_layout", program.derived_layout},
                   {"incomplete", program.incomplete},
                   {"stopped_us", std::chrono::duration_cast<std::chrono::microseconds>(program.stopped).count()},
                   {"goroutines", json::array()}};
    for (const Goroutine& goroutine : program.goroutines) result["goroutines"].push_back(goroutine_json(goroutine, style));
    return result;
}

json native_stacks_json(const ProcessStacks& stacks, const StackStyle& style) {
    json result = json::array();
    for (const NativeThreadStack& thread : stacks.threads) {
        json row = {{"tid", thread.tid.value},
                    {"comm", thread.comm},
                    {"state", std::string(1, letter(thread.state))},
                    {"kernel", thread.kernel},
                    {"frames", json::array()}};
        if (thread.syscall >= 0) {
            row["syscall"] = thread.syscall;
            if (style.syscall_name) row["syscall_name"] = style.syscall_name(thread.arch, thread.syscall);
            for (const std::uint64_t arg : thread.args) row["args"].push_back(hex(arg));
        }
        if (!thread.missing.empty()) row["missing"] = thread.missing;
        for (const StackFrame& frame : thread.frames) {
            row["frames"].push_back({{"pc", hex(frame.pc)},
                                     {"module", frame.module},
                                     {"function", frame.function},
                                     {"offset", frame.offset},
                                     {"file", frame.file},
                                     {"line", frame.line}});
        }
        result.push_back(std::move(row));
    }
    return result;
}

}  // namespace shimtrace::output
