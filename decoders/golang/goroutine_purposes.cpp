#include "decoders/golang/goroutine_purposes.hpp"

#include <algorithm>
#include <mutex>

namespace shimtrace::golang {
namespace {

constexpr std::string_view rpc_handler = "RPC handler", shim_call = "RPC to a shim";

// Seen in containerd 1.6.20, 1.7.24, 2.1.9 and runc 1.1.5, 1.1.15, 1.3.6.
// clang-format off
constexpr MeaningRow rows_by_function[] = {
    // The shim: stdio. copyPipes.func1 copies stdout, func2 stderr, func3 stdin (process/io.go).
    {"/process.copyPipes.func1", "stdio copier", "stdout"},
    {"/process.copyPipes.func2", "stdio copier", "stderr"},
    {"/process.copyPipes.func3", "stdio copier", "stdin"},
    {"/process.copyPipes", "stdio copier", ""},
    {"/runc.(*linuxPlatform).CopyConsole.func1", "console copier", "stdin"},
    {"/runc.(*linuxPlatform).CopyConsole", "console copier", "stdout"},
    {"/process.(*binaryIO)", "logging program", ""},
    // The shim: requests under way. Logging and publishing inside of one are told by its frames.
    {"/task.(*service).forward", "event forwarder", ""},
    {"/task.(*service).processExits", "exit processor", ""},
    {"/task.(*service).handleInitExit", "exit processor", "waits for the container's other processes"},
    {"/task.(*service).checkProcesses", "exit processor", ""},
    {"/task.(*service).", rpc_handler, "%method"},
    {"/sandbox.(*service).", rpc_handler, "%method"},
    {"/pause.pauseService.", rpc_handler, "%method"},
    // The shim's standing goroutines.
    {"/shim.(*RemoteEventsPublisher).Publish", "event publisher", "publishes"},
    {"/shim.(*RemoteEventsPublisher).forwardRequest", "event publisher", "publishes"},
    {"/shim.(*RemoteEventsPublisher).processQueue", "event publisher", ""},
    {"/oom/v1.(*epoller).Run", "OOM watcher", ""},
    {"/oom/v1.(*epoller)", "OOM watcher", ""},
    {"/oom/v2.(*watcher)", "OOM watcher", ""},
    {"/v2.(*Manager).EventChan", "OOM watcher", "cgroup events"},
    {"/v2.(*Manager).waitForEvents", "OOM watcher", "cgroup events"},
    {"/cgroup2.(*Manager)", "OOM watcher", "cgroup events"},
    {"/console.(*Epoller).Wait", "console epoller", ""},
    {"/shim.reap", "reaper", "SIGCHLD"},
    {"/shim.handleSignals", "reaper", "SIGCHLD"},
    {"/reaper.Reap", "reaper", ""},
    {"/shim.handleExitSignals", "exit signals", ""},
    {"/shim.setRuntime", "memory ticker", ""},
    {"/shim.serveDebug", "debug listener", ""},
    {"/shim.openLog", "logger", "opens its log"},
    // containerd's side of a shim.
    {"taskClient).", shim_call, "%method"},
    {"TTRPCTaskClient).", shim_call, "%method"},
    {"ttrpc.(*Client).dispatch", shim_call, ""},
    // CRI's end of a container's or a sandbox's: who stops it waits for that.
    {"handleContainerExit", exit_handler, ""},
    {"handleSandboxExit", exit_handler, ""},
    {"/v2.copyLogFile", "log reader of a shim", ""},
    {"/v2.(*binary).Start.func", "log reader of a shim", ""},
    {"/exec.(*Cmd).Run", "runs a command", ""},
    // dockerd's side of a container's stream: from the shim's fifo to whoever is attached, and to the logger's own copier.
    {"container/stream.(*Config).CopyToPipe.func", stream_copier, ""},
    // ttrpc itself.
    {"ttrpc.(*serverConn).run.func1", "ttrpc reader", ""},
    {"ttrpc.(*serverConn).run", "ttrpc connection", ""},
    {"ttrpc.(*Client).run", "ttrpc client", ""},
    {"ttrpc.(*Client).receiveLoop", "ttrpc client", ""},
    {"ttrpc.(*Client).sendLoop", "ttrpc client", ""},
    {"ttrpc.(*Server).Serve", "ttrpc listener", ""},
    // runc.
    {"/cgroups/systemd.", "D-Bus call", "systemd"},
    {"go-systemd/v22/dbus.", "D-Bus call", "systemd"},
    {"godbus/dbus/v5.(*Conn).inWorker", "D-Bus reader", ""},
    {"configs.Command.Run", "OCI hook", ""},
    {"configs.(*Command).Run", "OCI hook", ""},
    {"configs.CommandHook.Run", "OCI hook", ""},
    {"libcontainer.(*linuxStandardInit).Init", "runc init", "waits for start"},
    {"libcontainer.(*linuxSetnsInit).Init", "runc init", "of an exec"},
    {"libcontainer.awaitFifoOpen", "runc start", "opens exec.fifo"},
    {"libcontainer.fifoOpen", "runc start", "opens exec.fifo"},
    {"libcontainer.handleFifoResult", "runc start", ""},
    {"libcontainer.(*initProcess).waitForChildExit", "runc create", "waits for runc init"},
    {"libcontainer.(*initProcess).start", "runc create", "waits for runc init"},
    {"libcontainer.(*setnsProcess).start", "runc exec", "waits for runc init"},
    {"FreezerGroup).", "cgroup freezer", ""},
    {"fs2.setFreezer", "cgroup freezer", ""},
    {"fs2.waitFrozen", "cgroup freezer", ""},
    {"libcontainer/logs.ForwardLogs", "log reader of runc init", ""},
    {"main.(*signalHandler).forward", "runc", "waits for the container's process"},
    {"main.(*tty)", "runc", "copies stdio"},
    // Anybody's.
    {"logrus.(*Entry).", "logger", ""},
    {"os/signal.loop", "signal receiver", ""},
    {"context.propagateCancel.func", "context watcher", ""},
    {"context.(*cancelCtx).propagateCancel.func", "context watcher", ""},
};
// clang-format on

/// "…/task.(*service).Kill" and "…(*taskClient).Kill" → "Task.Kill".
std::string method_name(std::string_view function) {
    const std::size_t parenthesis = function.rfind(").");
    const std::size_t dot = parenthesis == std::string_view::npos ? function.rfind('.') : parenthesis + 1;
    std::string_view method = dot == std::string_view::npos ? function : function.substr(dot + 1);
    method = method.substr(0, method.find_first_of(".-"));
    const bool sandbox = function.find("/sandbox.") != std::string_view::npos || function.find("/pause.") != std::string_view::npos;
    return (sandbox ? "Sandbox." : "Task.") + std::string(method);
}

/// A fifo that ends in -stdin, -stdout or -stderr names its stream better than the code that copies it.
std::string_view stream_of(std::string_view path) {
    for (const std::string_view stream : {"stdin", "stdout", "stderr"}) {
        if (path.size() > stream.size() && path.ends_with(stream) && path[path.size() - stream.size() - 1] == '-') return stream;
    }
    return {};
}

/// Ten thousands of goroutines share a row's words.
const GoroutinePurpose& words_of(std::size_t row) {
    static const auto words = [] {
        std::vector<GoroutinePurpose> made;
        for (const MeaningRow& each : rows_by_function) made.push_back({.what = each.what, .detail = each.detail});
        return made;
    }();
    return words[row];
}

}  // namespace

std::span<const MeaningRow> meaning_rows() {
    return rows_by_function;
}

std::size_t MeaningFinder::row_of(const std::string& function) {
    constexpr std::size_t most = std::size_t{1} << 14;
    {
        const std::shared_lock lock(mutex_);
        if (const auto known = rows_.find(function); known != rows_.end()) return known->second;
    }
    const auto row =
        std::ranges::find_if(rows_by_function, [&](const MeaningRow& one) { return function.find(one.function) != std::string::npos; });
    const auto place = static_cast<std::size_t>(row - std::begin(rows_by_function));
    const std::unique_lock lock(mutex_);
    if (rows_.size() >= most || allowance_.is_used_up()) return place;
    constexpr std::size_t of_node = 4 * sizeof(void*);
    if (rows_.try_emplace(function, place).second) allowance_.use(of_node + sizeof(std::pair<std::string, std::size_t>) + function.size());
    return place;
}

GoroutinePurpose MeaningFinder::meaning_of(const Goroutine& goroutine) {
    constexpr std::size_t most_frames = 128;  // of the outer end: what a goroutine is for shows near its start
    const GoFrame* best = nullptr;
    std::size_t best_row = std::size(rows_by_function);
    for (const GoFrame& frame : std::span(goroutine.stack).last(std::min(goroutine.stack.size(), most_frames))) {
        const std::size_t row = row_of(frame.function);
        if (row >= best_row) continue;
        best = &frame;
        best_row = row;
    }
    if (best == nullptr) return {};
    const MeaningRow& row = rows_by_function[best_row];
    GoroutinePurpose purpose = words_of(best_row);
    if (row.detail == "%method") purpose.detail = method_name(best->function);
    const std::string_view stream = stream_of(goroutine.wait.fd_path);
    if (row.what.ends_with("copier") && !stream.empty()) purpose.detail = stream;
    return purpose;
}

bool carries_request(const GoroutinePurpose& purpose) {
    return purpose.what == rpc_handler || purpose.what == shim_call;
}

}  // namespace shimtrace::golang
