#include "decoders/golang/children.hpp"

#include "decoders/golang/records.hpp"
#include "decoders/golang/stack_words.hpp"
#include "decoders/syscalls/table.hpp"

#include <algorithm>

namespace shimtrace::golang {
namespace {

/// Functions whose frames hold the exec.Cmd or os.Process of a child that they wait for.
constexpr std::string_view waiting_for_child[] = {
    "os/exec.(*Cmd).Wait",
    "os/exec.(*Cmd).Run",
    "github.com/containerd/go-runc.(*Runc).cmdOutput",
    "github.com/containerd/go-runc.cmdOutput",
    "github.com/containerd/go-runc.(*Runc).runOrError",
    "github.com/containerd/go-runc.(*defaultMonitor).Wait",
    "github.com/containerd/go-runc.(*Runc).Exec",
    "github.com/containerd/go-runc.(*Runc).Create",
    "github.com/containerd/containerd/sys/reaper.(*Monitor).Wait",
    "github.com/containerd/containerd/sys/reaper.(*Monitor).WaitTimeout",
    "github.com/containerd/containerd/pkg/sys/reaper.(*Monitor).Wait",
    "github.com/containerd/containerd/v2/pkg/sys/reaper.(*Monitor).Wait",
};

bool waits_for_child(std::string_view function) {
    return std::ranges::find(waiting_for_child, function) != std::end(waiting_for_child) || function.ends_with("/reaper.(*Monitor).Wait");
}

/// os/exec.Cmd: Path 0, Args 16, …, Process 160 since Go 1.0; os.Process: Pid 0.
constexpr std::size_t command_path = 0, command_arguments = 16, command_process = 160, command_bytes = 168;

std::optional<std::int32_t> command_pid(Bytes command, const Memory& memory) {
    const std::uint64_t arguments = word(command, command_arguments + 8), capacity = word(command, command_arguments + 16);
    if (arguments == 0 || arguments > capacity || capacity > 65536) return std::nullopt;
    if (!printable_string(memory, command, command_path, 4096)) return std::nullopt;
    const auto pid = memory.value<std::int64_t>(RemoteAddress{word(command, command_process)});
    if (!pid || *pid <= 1 || *pid > 4 << 20) return std::nullopt;
    return static_cast<std::int32_t>(*pid);
}

std::optional<std::int32_t> started_child(const RuntimeState& state, const GoBinary& binary, std::size_t goroutine,
                                          const UnwoundStack& stack, const Memory& memory) {
    for (const PhysicalFrame& frame : stack.physical) {
        if (!waits_for_child(binary.lines.name(frame.function))) continue;
        const std::vector<std::uint64_t> pointers = frame_pointers(state.goroutines[goroutine], frame);
        const Records commands(memory, pointers, command_bytes);
        for (std::size_t i = 0; i < pointers.size(); ++i) {
            if (commands[i].empty()) continue;
            if (const auto pid = command_pid(commands[i], memory)) return pid;
        }
    }
    return std::nullopt;
}

/// wait4 and waitid name the child themselves: os.Process.Wait blocks in them.
std::optional<DecodedProgram::Child> waited_in_syscall(std::size_t goroutine, const GoWait& wait) {
    constexpr std::uint64_t p_pid = 1, p_pidfd = 3;
    const auto name = decoders::syscall_name(wait.arch, wait.syscall);
    const bool is_waitid = name == "waitid";
    const auto number = static_cast<std::int32_t>(wait.args[is_waitid ? 1 : 0]);
    if (name == "wait4") return DecodedProgram::Child{goroutine, number > 0 ? number : 0, false};
    if (is_waitid && wait.args[0] == p_pid) return DecodedProgram::Child{goroutine, number, false};
    if (is_waitid && wait.args[0] == p_pidfd) return DecodedProgram::Child{goroutine, number, true};
    return std::nullopt;
}

}  // namespace

std::vector<DecodedProgram::Child> find_children(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks,
                                                 std::span<Goroutine> goroutines, const Memory& memory) {
    constexpr std::size_t most_searched = 4096;
    std::vector<DecodedProgram::Child> children;
    std::size_t searched = 0;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        GoWait& wait = goroutines[i].wait;
        if (wait.kind == GoWaitKind::syscall) {
            if (const auto child = waited_in_syscall(i, wait)) {
                wait.kind = GoWaitKind::child;
                children.push_back(*child);
            }
        } else if (wait.kind == GoWaitKind::chan_receive || wait.kind == GoWaitKind::select) {
            const bool may = std::ranges::any_of(stacks[i].frames, [](const GoFrame& frame) { return waits_for_child(frame.function); });
            if (!may || ++searched > most_searched) continue;
            if (const auto pid = started_child(state, binary, i, stacks[i], memory)) {
                wait.kind = GoWaitKind::child;
                children.push_back({i, *pid, false});
            }
        }
    }
    return children;
}

}  // namespace shimtrace::golang
