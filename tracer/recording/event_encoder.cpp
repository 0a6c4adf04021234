#include "tracer/recording/event_codec.hpp"
#include "tracer/recording/event_context.hpp"
#include "tracer/recording/schema.hpp"

#include <algorithm>
#include <bit>
#include <deque>
#include <set>
#include <string>
#include <unordered_map>

namespace shimtrace::recording {

namespace {

constexpr std::uint64_t full_work = 4 << 20;  // pieces, descriptors and frames: the decoder bounds them, too
constexpr std::size_t checkpoint_share = 16;  // a checkpoint is at most about a 16th of what is written
constexpr std::size_t most_targets = std::size_t{1} << 18;
constexpr std::size_t most_ended_tasks = 256;
constexpr std::size_t most_containers = 256;  // in a block's summary

/// A dictionary entry as the file has it, and the last block that holds it.
struct Entry {
    std::string message;
    std::uint64_t block = 0;
    ContainerRef container;
};

struct TaskState {
    Entry entry;
    bool alive = true;
    bool in_call = false;
    std::uint64_t enter_block = 0;  ///< the block that holds the enter of the call in flight
    Event enter;
    std::uint64_t contexts_block = 0;  ///< the block for which `contexts` is right
    std::uint32_t contexts = 0;
};

/// The contexts that a block builds up.
struct Thread {
    ThreadContexts contexts;
    std::unordered_map<std::uint64_t, std::uint32_t> calls;  ///< by number and descriptor
    std::unordered_map<std::int64_t, std::uint32_t> last_of_number;
    bool used = false;  ///< for more than a repetition
};

/// A descriptor gets contexts of its own; a pointer doesn't, but then the operation behind it does (futex, ioctl).
std::uint64_t call_key(const Event& event) {
    constexpr std::uint64_t small = 1 << 16;
    std::uint64_t place = small;
    if (event.args[0] < small) {
        place = event.args[0];
    } else if (event.args[1] < small) {
        place = small + 1 + event.args[1];
    }
    return (static_cast<std::uint64_t>(event.number) * 8 + static_cast<std::uint64_t>(event.arch)) << 20 | place;
}

}  // namespace

struct EventEncoder::State {
    explicit State(const EncoderOptions& wanted) : options(wanted) {}
    const EncoderOptions options;

    // The block: its four columns, and its contexts.
    ByteWriter control, times, values, payload;
    std::vector<Thread> threads;
    std::uint32_t thread = ThreadContexts::none;  ///< of the record before
    MonotonicTime time;
    std::unordered_map<std::string, std::uint32_t> frames;
    BlockSummary summary;
    std::uint64_t happened = 0;
    std::set<ContainerRef> containers;
    std::uint8_t flags = 0;
    std::uint64_t work = 0;
    bool begun = false;

    // The session.
    std::uint64_t block = 1;
    std::unordered_map<std::uint32_t, Entry> targets;
    std::unordered_map<std::int32_t, TaskState> tasks;
    std::deque<Tid> ended;
    std::size_t since_checkpoint = 0, checkpoint_size = 0;
    bool checkpoint_due = true;
    MonotonicTime last_time;

    [[nodiscard]] std::size_t size() const { return control.size() + times.size() + values.size() + payload.size(); }

    void write_entry(std::uint8_t kind, Entry& entry) {
        control.byte(kind);
        values.varint(entry.message.size());
        payload.raw(entry.message);
        entry.block = block;
        if (entry.container && containers.size() < most_containers) containers.insert(entry.container);
    }
    void write_target(std::uint32_t id, Entry& entry) {
        values.varint(id);
        write_entry(record_target, entry);
    }
    void use_target(OpenFileId id) {
        const auto found = targets.find(id.value);
        if (found != targets.end() && found->second.block != block) write_target(id.value, found->second);
    }

    void begin() {
        if (begun) return;
        begun = true;
        summary = {};
        if (!checkpoint_due && since_checkpoint < std::max(options.checkpoint_distance, checkpoint_share * checkpoint_size)) return;
        flags |= flag_checkpoint;
        checkpoint_due = false;
        for (auto& [tid, task] : tasks)
            if (!task.entry.message.empty()) write_entry(record_task, task.entry);
        for (auto& [tid, task] : tasks)
            if (task.in_call) repeat_enter(task);
        checkpoint_size = size();
        since_checkpoint = 0;
    }

    void repeat_enter(TaskState& task) {
        if (task.enter_block == block) return;
        task.enter_block = block;
        for (const FdUse& use : task.enter.fds) use_target(use.target);
        write_event(task, task.enter, true);
    }

    Thread& thread_of(TaskState& task, const Event& event, std::uint8_t& tag) {
        const bool known = task.contexts_block == block && threads[task.contexts].contexts.pid == event.pid;
        if (known && task.contexts == thread) {
            tag |= same_thread;
            return threads[thread];
        }
        if (!known) {
            task.contexts_block = block;
            task.contexts = static_cast<std::uint32_t>(threads.size());
            Thread& added = threads.emplace_back();
            added.contexts.pid = event.pid;
            added.contexts.tid = event.tid;
        }
        thread = task.contexts;
        values.varint(thread);
        if (!known) {
            values.signed_varint(event.pid.value);
            values.signed_varint(event.tid.value);
        }
        return threads[thread];
    }

    Context& enter_context(Thread& of, const Event& event, std::uint8_t& tag) {
        ThreadContexts& contexts = of.contexts;
        const auto none = ThreadContexts::none;
        const std::uint64_t key = call_key(event);
        const auto fresh = static_cast<std::uint32_t>(contexts.calls.size());
        const auto [found, added] = of.calls.try_emplace(key, fresh);
        const std::uint32_t call = found->second;
        if (contexts.previous != none && contexts.calls[contexts.previous].next == call) {
            tag |= predicted;
        } else {
            values.varint(call);
        }
        if (added) {
            const auto like = of.last_of_number.find(event.number);
            const bool usable = like != of.last_of_number.end() && contexts.calls[like->second].enter.arch == event.arch;
            values.varint(usable ? like->second + 1 : 0);
            if (!usable) {
                values.signed_varint(event.number);
                values.varint(static_cast<std::uint64_t>(event.arch));
            }
            contexts.add_call(event.number, event.arch, usable ? like->second : none);
            of.last_of_number[event.number] = call;
        }
        contexts.enter(call);
        contexts.args = event.args;
        return contexts.calls[call].enter;
    }

    void write_event(TaskState& task, const Event& event, bool is_repeated) {
        auto tag = static_cast<std::uint8_t>(event.kind);
        Thread& of = thread_of(task, event, tag);
        ThreadContexts& contexts = of.contexts;
        times.varint(difference(static_cast<std::uint64_t>(event.time.time_since_epoch().count()),
                                static_cast<std::uint64_t>(time.time_since_epoch().count())));
        Context* context = nullptr;
        const std::array<std::uint64_t, 6>* bases = &event.args;
        if (event.kind == EventKind::syscall_enter) {
            if (is_repeated) tag |= repeated;
            context = &enter_context(of, event, tag);
        } else if (event.kind == EventKind::syscall_exit) {
            if (contexts.current == ThreadContexts::none) {
                tag |= orphan;
                context = &contexts.orphan;
            } else {
                context = &contexts.calls[contexts.current].exit;
                bases = &contexts.args;
            }
            contexts.current = ThreadContexts::none;
        } else {
            context = &contexts.other(event.kind);
        }
        if (!is_repeated) {
            time = event.time;
            note_in_summary(of, event);
        }
        write_differences(tag, event, *context, *bases);
    }

    void note_in_summary(Thread& of, const Event& event) {
        of.used = true;
        if (event.kind != EventKind::lost) ++happened;
        if (summary.events++ == 0) summary.first = summary.last = event.time;
        summary.first = std::min(summary.first, event.time);
        summary.last = std::max(summary.last, event.time);
        last_time = event.time;
    }

    template <typename T>
    void write_scalar(std::uint32_t& bits, std::uint32_t bit, const T& value, T& expected) {
        if (value == expected) return;
        bits |= bit;
        values.varint(difference(static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(expected)));
        expected = value;
    }

    /// The order of the fields here is the order in the file.
    void write_differences(std::uint8_t tag, const Event& event, Context& context, const std::array<std::uint64_t, 6>& bases) {
        std::uint32_t bits = 0;
        write_scalar(bits, number_differs, event.number, context.number);
        if (event.arch != context.arch) {
            bits |= arch_differs;
            values.byte(static_cast<std::uint8_t>(event.arch));
            context.arch = event.arch;
        }
        for (std::size_t i = 0; i < event.args.size(); ++i) write_scalar(bits, argument_bits[i], event.args[i], context.args[i]);
        write_scalar(bits, result_differs, event.result, context.result);
        write_scalar(bits, instruction_pointer_differs, event.instruction_pointer, context.instruction_pointer);
        write_scalar(bits, stack_pointer_differs, event.stack_pointer, context.stack_pointer);
        write_scalar(bits, parent_differs, event.parent.value, context.parent.value);
        if (event.is_error != context.is_error) bits |= is_error_differs;
        context.is_error = event.is_error;
        if (event.at_attach != context.at_attach) bits |= at_attach_differs;
        context.at_attach = event.at_attach;
        if (event.since) {
            bits |= has_since;
            values.varint(difference(static_cast<std::uint64_t>(event.since->time_since_epoch().count()),
                                     static_cast<std::uint64_t>(event.time.time_since_epoch().count())));
        }
        if (event.system_time != context.system_time) {
            bits |= system_time_differs;
            values.varint(
                difference(static_cast<std::uint64_t>(event.system_time.count()), static_cast<std::uint64_t>(context.system_time.count())));
            context.system_time = event.system_time;
        }
        write_memory(bits, event, context, bases);
        write_fds(bits, event, context);
        write_stack(bits, event, context);
        if (!event.note.empty()) {
            bits |= has_note;
            values.varint(event.note.size());
            payload.raw(event.note);
        }
        control.byte(bits == 0 ? static_cast<std::uint8_t>(tag | as_expected) : tag);
        if (bits != 0) control.varint(bits);
        work += 1 + event.memory.pieces().size() + event.fds.size() + event.stack.size();
    }

    void write_memory(std::uint32_t& bits, const Event& event, Context& context, const std::array<std::uint64_t, 6>& bases) {
        const auto pieces = event.memory.pieces();
        bool same = pieces.size() == context.shape.size();
        for (std::size_t i = 0; same && i < pieces.size(); ++i) same = place(pieces[i].address, bases) == context.shape[i];
        if (!same) {
            bits |= shape_differs;
            values.varint(pieces.size());
            context.shape.resize(pieces.size());
            context.lengths.resize(pieces.size());
            for (std::size_t i = 0; i < pieces.size(); ++i) {
                const PiecePlace now = place(pieces[i].address, bases);
                values.byte(now.base);
                if (now.base == PiecePlace::absolute) values.varint(difference(now.address, context.shape[i].address));
                context.shape[i] = now;
            }
        }
        same = std::equal(pieces.begin(), pieces.end(), context.lengths.begin(),
                          [](const CapturedMemory::Piece& piece, std::uint32_t length) { return piece.length == length; });
        if (!same) {
            bits |= lengths_differ;
            for (std::size_t i = 0; i < pieces.size(); ++i) {
                values.varint(difference(pieces[i].length, context.lengths[i]));
                context.lengths[i] = pieces[i].length;
            }
        }
        for (std::size_t i = 0; i < pieces.size(); ++i) context.shape[i].address = pieces[i].address.value;
        for (const auto& piece : pieces) payload.raw(event.memory.bytes().subspan(piece.offset, piece.length));
    }

    void write_fds(std::uint32_t& bits, const Event& event, Context& context) {
        const auto equal = [](const FdUse& a, const FdUse& b) { return a.fd == b.fd && a.target == b.target; };
        if (std::ranges::equal(event.fds, context.fds, equal)) return;
        bits |= fds_differ;
        values.varint(event.fds.size());
        context.fds.resize(event.fds.size());
        for (std::size_t i = 0; i < event.fds.size(); ++i) {
            values.varint(
                difference(static_cast<std::uint64_t>(event.fds[i].fd.value), static_cast<std::uint64_t>(context.fds[i].fd.value)));
            values.varint(difference(event.fds[i].target.value, context.fds[i].target.value));
            context.fds[i] = event.fds[i];
        }
    }

    void write_stack(std::uint32_t& bits, const Event& event, Context& context) {
        if (event.stack.empty() && context.stack.empty()) return;
        std::vector<std::uint32_t> stack;
        ByteWriter message;
        const std::uint32_t known = static_cast<std::uint32_t>(frames.size());
        std::vector<std::string> messages;
        for (const StackFrame& frame : event.stack) {
            message.clear();
            write_message(message, frame);
            std::string text(reinterpret_cast<const char*>(message.bytes().data()), message.size());
            const auto [found, added] = frames.try_emplace(text, static_cast<std::uint32_t>(frames.size()));
            if (added) messages.push_back(std::move(text));
            stack.push_back(found->second);
        }
        if (stack == context.stack) return;
        bits |= stack_differs;
        values.varint(stack.size());
        std::uint32_t next = known;
        for (const std::uint32_t frame : stack) {
            values.varint(frame);
            if (frame != next) continue;
            const std::string& text = messages[next++ - known];
            values.varint(text.size());
            payload.raw(text);
        }
        context.stack = std::move(stack);
    }

    void end_task(TaskState& task, Tid tid) {
        task.in_call = false;
        task.alive = false;
        ended.push_back(tid);
        while (ended.size() > most_ended_tasks) {
            const auto oldest = tasks.find(ended.front().value);
            if (oldest != tasks.end() && !oldest->second.alive) tasks.erase(oldest);
            ended.pop_front();
        }
    }

    /// Long sessions meet more targets than memory should hold: those not used for the longest time are forgotten.
    void forget_old_targets() {
        if (targets.size() < most_targets) return;
        std::vector<std::uint64_t> ages;
        for (const auto& [id, entry] : targets) ages.push_back(entry.block);
        const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
        std::ranges::nth_element(ages, middle);
        std::erase_if(targets, [&](const auto& item) { return item.second.block < *middle; });
    }
};

EventEncoder::EventEncoder(const EncoderOptions& options) : state_(std::make_unique<State>(options)) {}
EventEncoder::~EventEncoder() = default;

void EventEncoder::define_target(OpenFileId id, const OpenFile& target) {
    State& state = *state_;
    state.begin();
    ByteWriter message;
    write_message(message, target);
    Entry& entry = state.targets[id.value];
    entry.container = target.role->container;
    entry.message.assign(reinterpret_cast<const char*>(message.bytes().data()), message.size());
    state.write_target(id.value, entry);
}

void EventEncoder::define_task(const TaskInfo& task) {
    State& state = *state_;
    state.begin();
    ByteWriter message;
    write_message(message, task);
    TaskState& of = state.tasks[task.tid.value];
    of.alive = true;
    of.entry.container = task.role.container;
    of.entry.message.assign(reinterpret_cast<const char*>(message.bytes().data()), message.size());
    state.write_entry(record_task, of.entry);
    state.flags |= flag_defines_task;
}

void EventEncoder::add(const Event& event) {
    State& state = *state_;
    state.begin();
    TaskState& task = state.tasks[event.tid.value];
    if (!task.entry.message.empty() && task.entry.block != state.block) state.write_entry(record_task, task.entry);
    for (const FdUse& use : event.fds) state.use_target(use.target);
    switch (event.kind) {
        case EventKind::syscall_enter:
            state.write_event(task, event, false);
            task.in_call = true;
            task.enter_block = state.block;
            task.enter = event;
            return;
        case EventKind::syscall_exit:
        case EventKind::still_blocked:
            if (task.in_call) state.repeat_enter(task);
            state.write_event(task, event, false);
            if (event.kind == EventKind::syscall_exit) task.in_call = false;
            return;
        case EventKind::exec:
            // The former tid of a thread that was not the leader is gone, and nothing else tells of it.
            if (event.parent && event.parent != event.tid)
                if (const auto former = state.tasks.find(event.parent.value); former != state.tasks.end())
                    state.end_task(former->second, event.parent);
            state.write_event(state.tasks[event.tid.value], event, false);
            return;
        case EventKind::exited:
        case EventKind::killed:
        case EventKind::detached:
            state.write_event(task, event, false);
            state.end_task(task, event.tid);
            return;
        default:
            state.write_event(task, event, false);
            return;
    }
}

bool EventEncoder::empty() const {
    return !state_->begun;
}

bool EventEncoder::full() const {
    return state_->size() >= state_->options.full_size || state_->work >= full_work;
}

void EventEncoder::restart() {
    state_->checkpoint_due = true;
}

SealedBlock EventEncoder::seal() {
    State& state = *state_;
    SealedBlock block;
    ByteWriter lengths;
    const std::array columns{&state.control, &state.times, &state.values, &state.payload};
    for (const ByteWriter* column : columns) lengths.varint(column->size());
    block.payload.reserve(lengths.size() + state.size());
    const auto append = [&](std::span<const std::byte> bytes) { block.payload.insert(block.payload.end(), bytes.begin(), bytes.end()); };
    append(lengths.bytes());
    for (const ByteWriter* column : columns) append(column->bytes());

    for (const Thread& thread : state.threads)
        if (thread.used) state.summary.pids.push_back(thread.contexts.pid);
    std::ranges::sort(state.summary.pids);
    const auto repeated_pids = std::ranges::unique(state.summary.pids);
    state.summary.pids.erase(repeated_pids.begin(), repeated_pids.end());
    if (state.summary.events == 0) state.summary.first = state.summary.last = state.last_time;

    // Where there are too many to tell of, nothing is told, and readers look into the block.
    if (state.containers.size() < most_containers) state.summary.containers.emplace(state.containers.begin(), state.containers.end());
    state.containers.clear();

    block.flags = state.flags;
    block.summary = std::move(state.summary);
    block.happened = std::exchange(state.happened, 0);

    state.since_checkpoint += block.payload.size();
    state.control.clear();
    state.times.clear();
    state.values.clear();
    state.payload.clear();
    state.threads.clear();
    state.thread = ThreadContexts::none;
    state.time = {};
    state.frames.clear();
    state.flags = 0;
    state.work = 0;
    state.begun = false;
    ++state.block;
    state.forget_old_targets();
    return block;
}

EncodedBlock compress(SealedBlock block, BlockMaker& maker) {
    EncodedBlock encoded{
        .bytes = {}, .type = BlockType::events, .flags = block.flags, .summary = std::move(block.summary), .happened = block.happened};
    encoded.bytes = maker.make(encoded.type, encoded.flags, encode_summary(encoded.summary), block.payload);
    return encoded;
}

}  // namespace shimtrace::recording
