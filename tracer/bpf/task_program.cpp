// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The programs below run in the kernel, some of whose helpers are for programs under the GPL: so they may be used under that, too.
#include "tracer/bpf/program_writer.hpp"
#include "tracer/bpf/tasks.hpp"
#include "tracer/bpf/written_task.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace shimtrace::bpf {
namespace {

// Above the row: what a pointer led to, and two that are kept until the row is there.
constexpr std::int32_t scratch = -8, first_kept = -16, second_kept = -24;
constexpr std::int32_t stack_size = most_frames * sizeof(std::uint64_t);
static_assert(sizeof(WrittenTask) + 3 * sizeof(std::uint64_t) <= frame_size);

constexpr std::int32_t task_row = -frame_size;
constexpr std::int32_t in_task(std::size_t offset) {
    return task_row + static_cast<std::int32_t>(offset);
}

/// Where the kernel keeps what a thread had in its registers when it entered, as its call's number and arguments are there.
#if defined(__x86_64__)
constexpr std::string_view call_number = "orig_ax", stack_pointer = "sp", instruction_pointer = "ip";
constexpr std::array<std::string_view, 6> call_arguments = {"di", "si", "dx", "r10", "r8", "r9"};
constexpr std::array<std::int32_t, 6> call_argument_offsets = {};
#elif defined(__aarch64__)
constexpr std::string_view call_number = "syscallno", stack_pointer = "sp", instruction_pointer = "pc";
constexpr std::array<std::string_view, 6> call_arguments = {"orig_x0", "regs", "regs", "regs", "regs", "regs"};
constexpr std::array<std::int32_t, 6> call_argument_offsets = {0, 8, 16, 24, 32, 40};
#else
#error "where the kernel keeps this architecture's registers is not known"
#endif

class TaskProgram : ProgramWriter {
public:
    using ProgramWriter::ProgramWriter;

    std::optional<KernelProgram> compile(Tasks which) {
        using enum Register;
        using enum Width;
        code_.move(context, r1);
        code_.load(u64, task, context, at({{"bpf_iter__task", "task"}}));
        code_.end_if_zero(task);  // behind the last
        if (which == Tasks::first_threads) {
            code_.load(u32, r1, task, at({{"task_struct", "pid"}}));
            code_.load(u32, r2, task, at({{"task_struct", "tgid"}}));
            code_.end_unless_equal(r1, r2);
        }
        if (which == Tasks::first_threads) {
            take_signals();
        } else {
            fetch(first_kept, sizeof(std::uint64_t), task, at({{"task_struct", "nvcsw"}}));
            fetch(second_kept, sizeof(std::uint64_t), task, at({{"task_struct", "nivcsw"}}));
            write_stack();
        }
        // Kernels before 6.3 let no program hand over what it never wrote.
        code_.set(r1, 0);
        for (std::size_t word = 0; word < sizeof(WrittenTask); word += sizeof(std::uint64_t)) code_.store(u64, frame, in_task(word), r1);
        const auto keep = [&](std::int32_t from, std::size_t to) {
            code_.load(u64, r1, frame, from);
            code_.store(u64, frame, in_task(to), r1);
        };
        keep(first_kept, which == Tasks::threads ? offsetof(WrittenTask, voluntary_before) : offsetof(WrittenTask, ignored));
        keep(second_kept, which == Tasks::threads ? offsetof(WrittenTask, involuntary_before) : offsetof(WrittenTask, caught));
        take_numbers();
        if (which == Tasks::first_threads)
            take_process();
        else
            take_registers();
        take_task();  // at last: by its counters it is told whether it has moved meanwhile
        write(task_row, sizeof(WrittenTask));
        return finish("bpf_iter_task");
    }

private:
    static constexpr Register context = Register::r6, task = Register::r7, object = Register::r8, other = Register::r9;

    /// So many bytes at `from` + `offset` to the program's stack; zeros where nothing is to be read there. Pointers of the kernel's are
    /// followed in this way alone: what they led to may be gone.
    void fetch(std::int32_t to, std::size_t size, Register from, std::int32_t offset) {
        using enum Register;
        code_.move(r1, frame);
        code_.add(r1, to);
        code_.set(r2, static_cast<std::int32_t>(size));
        code_.move(r3, from);
        code_.add(r3, offset);
        code_.call(BPF_FUNC_probe_read_kernel);
    }

    void follow(Register to, Register from, std::int32_t offset) {
        fetch(scratch, sizeof(std::uint64_t), from, offset);
        code_.load(Width::u64, to, Register::frame, scratch);
    }

    void write(std::int32_t from, std::size_t size) {
        code_.set(Register::r3, static_cast<std::int32_t>(size));
        tell("bpf_iter__task", context, from);
    }

    void write_stack() {
        using enum Register;
        code_.set(r1, 0);
        for (std::int32_t word = 0; word < stack_size; word += static_cast<std::int32_t>(sizeof(std::uint64_t)))
            code_.store(Width::u64, frame, task_row + word, r1);
        code_.move(r1, task);
        code_.move(r2, frame);
        code_.add(r2, task_row);
        code_.set(r3, stack_size);
        code_.set(r4, 0);
        code_.call(BPF_FUNC_get_task_stack);
        code_.zero_outside(r0, stack_size);  // an error: it has none
        code_.move(other, r0);
        code_.store(Width::u64, frame, scratch, other);
        write(scratch, sizeof(StackSize));
        code_.move(r3, other);
        tell("bpf_iter__task", context, task_row);
    }

    void take_task() {
        const auto own = [&](std::size_t to, std::size_t size, std::initializer_list<Member> members) {
            fetch(in_task(to), size, task, at(members));
        };
        own(offsetof(WrittenTask, start_time), sizeof(std::uint64_t), {{"task_struct", "start_boottime"}});
        own(offsetof(WrittenTask, on_cpu), sizeof(std::uint64_t), {{"task_struct", "se"}, {"sched_entity", "sum_exec_runtime"}});
        own(offsetof(WrittenTask, run_delay), sizeof(std::uint64_t), {{"task_struct", "sched_info"}, {"sched_info", "run_delay"}});
        own(offsetof(WrittenTask, voluntary), sizeof(std::uint64_t), {{"task_struct", "nvcsw"}});
        own(offsetof(WrittenTask, involuntary), sizeof(std::uint64_t), {{"task_struct", "nivcsw"}});
        if (types_.offset("task_struct", "delays")) own(offsetof(WrittenTask, delays), sizeof(std::uint64_t), {{"task_struct", "delays"}});
        own(offsetof(WrittenTask, pid), sizeof(std::int32_t), {{"task_struct", "tgid"}});
        own(offsetof(WrittenTask, tid), sizeof(std::int32_t), {{"task_struct", "pid"}});
        own(offsetof(WrittenTask, state), sizeof(std::uint32_t), {{"task_struct", "__state"}});
        own(offsetof(WrittenTask, exit_state), sizeof(std::uint32_t), {{"task_struct", "exit_state"}});
        own(offsetof(WrittenTask, flags), sizeof(std::uint32_t), {{"task_struct", "flags"}});
        own(offsetof(WrittenTask, traced), sizeof(std::uint32_t), {{"task_struct", "ptrace"}});
        own(offsetof(WrittenTask, comm), sizeof WrittenTask{}.comm, {{"task_struct", "comm"}});
        follow(object, task, at({{"task_struct", "parent"}}));  // the tracer, where there is one
        fetch(in_task(offsetof(WrittenTask, tracer)), sizeof(std::int32_t), object, at({{"task_struct", "pid"}}));
    }

    /// Its numbers, in all pid namespaces that it is in, and the innermost of those.
    void take_numbers() {
        const std::int32_t numbers = at({{"pid", "numbers"}});
        lacking_ |= types_.size("upid") != std::int32_t{sizeof(Number)} || at({{"upid", "nr"}}) != 0;
        follow(object, task, at({{"task_struct", "thread_pid"}}));
        fetch(in_task(offsetof(WrittenTask, level)), sizeof(std::uint32_t), object, at({{"pid", "level"}}));
        fetch(in_task(offsetof(WrittenTask, numbers)), sizeof WrittenTask{}.numbers, object, numbers);
        code_.load(Width::u32, other, Register::frame, in_task(offsetof(WrittenTask, level)));
        code_.zero_outside(other, 32);  // MAX_PID_NS_LEVEL
        code_.shift_left(other, std::countr_zero(sizeof(Number)));
        code_.add(object, other);
        follow(object, object, numbers + at({{"upid", "ns"}}));
        fetch(in_task(offsetof(WrittenTask, pid_ns)), sizeof(std::uint32_t), object, at({{"pid_namespace", "ns"}, {"ns_common", "inum"}}));
    }

    void take_process() {
        constexpr std::int32_t pointer = sizeof(std::uint64_t);
        constexpr std::int32_t group_kind = 2, session_kind = 3;  // linux/pid_types.h
        const auto from = [&](Register base, std::size_t to, std::size_t size, std::initializer_list<Member> members) {
            fetch(in_task(to), size, base, at(members));
        };
        follow(object, task, at({{"task_struct", "real_parent"}}));
        from(object, offsetof(WrittenTask, parent), sizeof(std::int32_t), {{"task_struct", "tgid"}});

        follow(object, task, at({{"task_struct", "real_cred"}}));
        from(object, offsetof(WrittenTask, user), sizeof(std::uint32_t), {{"cred", "uid"}});
        from(object, offsetof(WrittenTask, saved_user), sizeof(std::uint32_t), {{"cred", "suid"}});
        from(object, offsetof(WrittenTask, effective_user), sizeof(std::uint32_t), {{"cred", "euid"}});
        follow(object, object, at({{"cred", "user_ns"}}));
        from(object, offsetof(WrittenTask, user_ns), sizeof(std::uint32_t), {{"user_namespace", "ns"}, {"ns_common", "inum"}});

        follow(object, task, at({{"task_struct", "nsproxy"}}));
        const auto name_space = [&](std::size_t to, std::string_view member, std::string_view structure) {
            follow(other, object, at({{"nsproxy", member}}));
            from(other, to, sizeof(std::uint32_t), {{structure, "ns"}, {"ns_common", "inum"}});
        };
        name_space(offsetof(WrittenTask, mount_ns), "mnt_ns", "mnt_namespace");
        name_space(offsetof(WrittenTask, net_ns), "net_ns", "net");
        name_space(offsetof(WrittenTask, cgroup_ns), "cgroup_ns", "cgroup_namespace");

        follow(object, task, at({{"task_struct", "signal"}}));
        const auto group = [&](std::size_t to, std::int32_t kind) {
            follow(other, object, at({{"signal_struct", "pids"}}) + kind * pointer);
            from(other, to, sizeof(std::int32_t), {{"pid", "numbers"}, {"upid", "nr"}});
        };
        group(offsetof(WrittenTask, process_group), group_kind);
        group(offsetof(WrittenTask, session), session_kind);
        from(task, offsetof(WrittenTask, pending), sizeof(std::uint64_t), {{"task_struct", "pending"}, {"sigpending", "signal"}});
        from(task, offsetof(WrittenTask, blocked), sizeof(std::uint64_t), {{"task_struct", "blocked"}});
        from(object, offsetof(WrittenTask, shared_pending), sizeof(std::uint64_t),
             {{"signal_struct", "shared_pending"}, {"sigpending", "signal"}});
        follow(object, object, at({{"signal_struct", "tty"}}));
        from(object, offsetof(WrittenTask, tty_index), sizeof(std::uint32_t), {{"tty_struct", "index"}});
        follow(object, object, at({{"tty_struct", "driver"}}));
        from(object, offsetof(WrittenTask, tty_major), sizeof(std::uint32_t), {{"tty_driver", "major"}});
        from(object, offsetof(WrittenTask, tty_first), sizeof(std::uint32_t), {{"tty_driver", "minor_start"}});

        const auto place = [&](std::size_t to, std::initializer_list<Member> path) {
            const std::int32_t begin = at(path);
            fetch(in_task(to + offsetof(KernelPlace, mount)), sizeof(std::uint64_t), object, begin + at({{"path", "mnt"}}));
            fetch(in_task(to + offsetof(KernelPlace, name)), sizeof(std::uint64_t), object, begin + at({{"path", "dentry"}}));
        };
        follow(object, task, at({{"task_struct", "fs"}}));
        place(offsetof(WrittenTask, cwd), {{"fs_struct", "pwd"}});
        place(offsetof(WrittenTask, root), {{"fs_struct", "root"}});
        follow(object, task, at({{"task_struct", "mm"}}));
        follow(object, object, at({{"mm_struct", "exe_file"}}));
        place(offsetof(WrittenTask, exe), {{"file", "f_path"}});
        from(task, offsetof(WrittenTask, cgroups), sizeof(std::uint64_t), {{"task_struct", "cgroups"}});
    }

    /// Which signals the process ignores (first_kept) and which it handles (second_kept): SIG_DFL is 0, SIG_IGN is 1, and a handler may be
    /// any other number. Without a branch, of which a verifier would try both at each of 64.
    void take_signals() {
        using enum Register;
        constexpr std::int32_t signals = 64, at_once = 8, most_size = 40, top_bit = 63;
        constexpr std::int32_t buffer = task_row;
        static_assert(buffer + at_once * most_size <= second_kept);
        const std::int32_t size = types_.size("k_sigaction").value_or(0);
        if (size <= 0 || size > most_size) {
            lacking_ = true;
            return;
        }
        const auto is_not_zero = [&](Register tested, Register help) {
            code_.set(help, 0);
            code_.subtract(help, tested);
            code_.combine(tested, help);
            code_.shift_right(tested, top_bit);
        };
        const std::int32_t handler = at({{"k_sigaction", "sa"}, {"sigaction", "sa_handler"}});
        follow(object, task, at({{"task_struct", "sighand"}}));
        code_.add(object, at({{"sighand_struct", "action"}}));
        code_.set(r1, 0);
        code_.store(Width::u64, frame, first_kept, r1);
        code_.store(Width::u64, frame, second_kept, r1);
        for (std::int32_t first = 0; first < signals; first += at_once) {
            fetch(buffer, static_cast<std::size_t>(at_once * size), object, first * size);
            code_.load(Width::u64, r4, frame, first_kept);
            code_.load(Width::u64, r5, frame, second_kept);
            for (std::int32_t i = 0; i < at_once; ++i) {
                code_.load(Width::u64, r2, frame, buffer + i * size + handler);
                code_.move(r3, r2);
                code_.shift_right(r3, 1);
                is_not_zero(r2, r1);  // not SIG_DFL
                is_not_zero(r3, r1);  // nor SIG_IGN
                code_.subtract(r2, r3);
                code_.shift_left(r2, first + i);
                code_.shift_left(r3, first + i);
                code_.combine(r4, r2);
                code_.combine(r5, r3);
            }
            code_.store(Width::u64, frame, first_kept, r4);
            code_.store(Width::u64, frame, second_kept, r5);
        }
    }

    void take_registers() {
        code_.move(Register::r1, task);
        code_.call(BPF_FUNC_task_pt_regs);
        code_.move(object, Register::r0);
        const auto saved = [&](std::size_t to, std::string_view member, std::int32_t offset = 0) {
            fetch(in_task(to), sizeof(std::uint64_t), object, at({{"pt_regs", member}}) + offset);
        };
        saved(offsetof(WrittenTask, number), call_number);
        saved(offsetof(WrittenTask, stack_pointer), stack_pointer);
        saved(offsetof(WrittenTask, instruction_pointer), instruction_pointer);
        for (std::size_t i = 0; i < call_arguments.size(); ++i)
            saved(offsetof(WrittenTask, arguments) + i * sizeof(std::uint64_t), call_arguments[i], call_argument_offsets[i]);
    }
};

}  // namespace

std::vector<std::string_view> names_for_tasks() {
    return {"bpf_iter_task", "bpf_iter__task",   "bpf_iter_meta", "task_struct",    "sched_entity",   "sched_info", "pid",
            "upid",          "pid_namespace",    "ns_common",     "cred",           "user_namespace", "nsproxy",    "mnt_namespace",
            "net",           "cgroup_namespace", "signal_struct", "sigpending",     "tty_struct",     "tty_driver", "path",
            "fs_struct",     "mm_struct",        "file",          "sighand_struct", "k_sigaction",    "sigaction",  "pt_regs"};
}

std::optional<KernelProgram> compile_tasks(const KernelTypes& types, Tasks which) {
    return TaskProgram(types).compile(which);
}

}  // namespace shimtrace::bpf
