#include "tracer/bpf/tasks.hpp"

#include "tracer/bpf/iterator.hpp"
#include "tracer/bpf/written_task.hpp"
#include "tracer/procfs/proc_directory.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

namespace shimtrace::bpf {
namespace {

/// linux/sched.h and fs/proc/array.c, get_task_state().
std::optional<ProcessState> state_of(std::uint32_t state, std::uint32_t exit_state) {
    constexpr std::uint32_t reported = 0x7f, idle = 0x402;
    constexpr std::uint32_t remarks = 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x2000;  // dead, wakekill, waking, noload, new, freezable
    constexpr std::string_view letters = "RSDTtXZP";
    if ((state & idle) == idle) return ProcessState::idle;
    if ((state & ~(reported | remarks)) != 0) return std::nullopt;
    return process_state(letters[static_cast<std::size_t>(std::bit_width((state | exit_state) & reported))]);
}

/// As new_encode_dev() tells it; 0: none.
std::int32_t tty_number(const WrittenTask& written) {
    constexpr std::uint32_t low = 0xff;
    if (written.tty_major == 0) return 0;
    const std::uint32_t minor = written.tty_first + written.tty_index;
    return static_cast<std::int32_t>((minor & low) | (written.tty_major << 8U) | ((minor & ~low) << 12U));
}

std::uint32_t user_of(const WrittenTask& written) {
    for (const std::uint32_t user : {written.user, written.effective_user})
        if (user != 0) return user;
    return written.saved_user;
}

/// A stack that fills this may be longer.
std::size_t longest_stack() {
    static const std::size_t longest = [] {
        std::string scratch;
        const auto proc = host::ProcDirectory::open();
        const auto text = proc ? proc->read("sys/kernel/perf_event_max_stack", scratch) : std::unexpected(ENOENT);
        const unsigned long told = text ? std::strtoul(std::string(*text).c_str(), nullptr, 10) : most_frames;
        return std::min<std::size_t>(told, most_frames);
    }();
    return longest;
}

TaskRow row_of(const WrittenTask& written, std::span<const std::uint64_t> stack, std::span<std::int32_t, most_levels> numbers) {
    constexpr std::uint32_t exiting = 0x4, kernels = 0x00200000;  // linux/sched.h, PF_EXITING and PF_KTHREAD
    for (std::size_t i = 0; i < most_levels; ++i) numbers[i] = written.numbers[i].number;
    const std::size_t levels = std::size_t{written.level} + 1;
    const auto nanoseconds = [](std::uint64_t count) { return Nanoseconds(static_cast<std::int64_t>(count)); };
    // A call's number has 32 bits, whatever holds it.
    const auto number = static_cast<std::int32_t>(written.number);
    // Who is about to be gone has let go of some of it.
    const bool is_whole = (written.flags & exiting) == 0 && numbers[0] == written.tid;
    const bool has_moved = written.voluntary != written.voluntary_before || written.involuntary != written.involuntary_before;
    TaskRow row{.pid = Pid{written.pid},
                .tid = Tid{written.tid},
                .parent = Pid{written.parent},
                .tracer = written.traced != 0 ? written.tracer : 0,
                .start_time = written.start_time,
                .state = is_whole ? state_of(written.state, written.exit_state) : std::nullopt,
                .kernel_thread = (written.flags & kernels) != 0,
                .comm = std::string_view(written.comm.data(), ::strnlen(written.comm.data(), written.comm.size())),
                .uid = user_of(written),
                .ns = {.pid = Inode{written.pid_ns},
                       .mnt = Inode{written.mount_ns},
                       .net = Inode{written.net_ns},
                       .user = Inode{written.user_ns},
                       .cgroup = Inode{written.cgroup_ns}},
                .ns_pids = levels <= most_levels ? std::span<const std::int32_t>(numbers).first(levels) : std::span<const std::int32_t>{},
                .context_switches = written.voluntary + written.involuntary,
                .on_cpu = nanoseconds(written.on_cpu),
                .run_delay = nanoseconds(written.run_delay),
                .has_io_delay = written.delays != 0,
                .leader = {.process_group = written.process_group,
                           .session = written.session,
                           .tty = tty_number(written),
                           .pending = written.pending | written.shared_pending,
                           .blocked = written.blocked,
                           .ignored = written.ignored,
                           .caught = written.caught,
                           .exe = written.exe,
                           .cwd = written.cwd,
                           .root = written.root,
                           .cgroups = written.cgroups},
                .call_known = !has_moved,
                .syscall = std::max(number, -1),
                .args = {},
                .stack_pointer = written.stack_pointer,
                .instruction_pointer = written.instruction_pointer,
                .kernel_stack = !has_moved && stack.size() < longest_stack() ? stack : std::span<const std::uint64_t>{}};
    if (row.syscall >= 0) row.args = written.arguments;
    return row;
}

}  // namespace

int for_each_task(Tasks which, const std::function<bool(const TaskRow&)>& take) {
    if (!is_wanted()) return EPERM;
    const auto& program = which == Tasks::threads ? programs().threads : programs().processes;
    if (!program) return ENOSYS;
    const auto iterator = Iterator::load(*program);
    if (!iterator) return iterator.error();
    std::array<std::uint64_t, most_frames> stack;
    std::array<std::int32_t, most_levels> numbers;
    bool understood = true;
    const int error = iterator->run([&](std::string_view rest) -> std::optional<std::size_t> {
        StackSize stack_bytes = 0;
        std::size_t before = 0;
        if (which == Tasks::threads) {
            if (rest.size() < sizeof stack_bytes) return 0;
            std::memcpy(&stack_bytes, rest.data(), sizeof stack_bytes);
            before = sizeof stack_bytes;
        }
        if (stack_bytes > sizeof stack) {
            understood = false;
            return std::nullopt;
        }
        const std::size_t size = before + stack_bytes + sizeof(WrittenTask);
        if (rest.size() < size) return 0;
        std::memcpy(stack.data(), rest.data() + before, stack_bytes);
        WrittenTask written;
        std::memcpy(&written, rest.data() + before + stack_bytes, sizeof written);
        if (!take(row_of(written, std::span(stack).first(stack_bytes / sizeof(std::uint64_t)), numbers))) return std::nullopt;
        return size;
    });
    return understood ? error : EPROTO;
}

}  // namespace shimtrace::bpf
