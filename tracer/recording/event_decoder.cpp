#include "tracer/recording/event_codec.hpp"
#include "tracer/recording/event_context.hpp"
#include "tracer/recording/schema.hpp"

namespace shimtrace::recording {

namespace {

// A byte can stand for a whole list that was seen before: what a block may unfold to is bounded.
constexpr std::uint64_t most_work = 32 << 20;

class Decoder {
public:
    Decoder(std::span<const std::byte> payload, BlockVisitor& visitor) : visitor_(visitor) {
        ByteReader in(payload);
        std::uint64_t lengths[4];
        for (auto& length : lengths) length = in.varint();
        for (std::size_t i = 0; i < 4; ++i) *columns_[i] = ByteReader(in.raw(lengths[i]));
        if (in.failed()) values_.fail();
    }

    Result<void> run() {
        while (!control_.at_end() && !failed()) {
            const std::uint8_t tag = control_.byte();
            const std::uint8_t kind = tag & kind_bits;
            if (kind == record_target) {
                target();
            } else if (kind == record_task) {
                const auto message = payload_.raw(values_.varint());
                if (!failed()) visitor_.task(message);
            } else if (kind <= static_cast<std::uint8_t>(EventKind::lost)) {
                event(tag, static_cast<EventKind>(kind));
            } else {
                return fail("decode a record of an unknown kind");
            }
        }
        if (failed()) return fail("decode its events: they are inconsistent");
        return {};
    }

private:
    [[nodiscard]] bool failed() const {
        return values_.failed() || payload_.failed() || times_.failed() || control_.failed() || work_ > most_work;
    }

    void target() {
        const std::uint64_t id = values_.varint();
        const auto message = payload_.raw(values_.varint());
        if (id > 0xffffffff) values_.fail();
        if (!failed()) visitor_.target(OpenFileId{static_cast<std::uint32_t>(id)}, message);
    }

    ThreadContexts* thread_of(std::uint8_t tag) {
        if ((tag & same_thread) == 0) {
            const std::uint64_t index = values_.varint();
            if (index > threads_.size()) return nullptr;
            if (index == threads_.size()) {
                ThreadContexts& added = threads_.emplace_back();
                added.pid = Pid{static_cast<std::int32_t>(values_.signed_varint())};
                added.tid = Tid{static_cast<std::int32_t>(values_.signed_varint())};
            }
            thread_ = static_cast<std::size_t>(index);
        }
        return thread_ < threads_.size() ? &threads_[thread_] : nullptr;
    }

    Context* enter_context(ThreadContexts& thread, std::uint8_t tag) {
        const auto none = ThreadContexts::none;
        std::uint64_t call = none;
        if ((tag & predicted) != 0) {
            if (thread.previous != none) call = thread.calls[thread.previous].next;
        } else {
            call = values_.varint();
            if (call == thread.calls.size()) {
                const std::uint64_t like = values_.varint();
                if (like > thread.calls.size()) return nullptr;
                if (like == 0) {
                    const std::int64_t number = values_.signed_varint();
                    thread.add_call(number, arch(values_.varint()), none);
                } else {
                    const auto index = static_cast<std::uint32_t>(like - 1);
                    const Context& model = thread.calls[index].enter;
                    thread.add_call(model.number, model.arch, index);
                }
            }
        }
        if (call >= thread.calls.size()) return nullptr;
        thread.enter(static_cast<std::uint32_t>(call));
        return &thread.calls[static_cast<std::size_t>(call)].enter;
    }

    Arch arch(std::uint64_t code) {
        if (code > static_cast<std::uint64_t>(LastOf<Arch>::value)) values_.fail();
        return code > static_cast<std::uint64_t>(LastOf<Arch>::value) ? Arch::x86_64 : static_cast<Arch>(code);
    }

    void event(std::uint8_t tag, EventKind kind) {
        ThreadContexts* thread = thread_of(tag);
        if (thread == nullptr) return values_.fail();
        event_.kind = kind;
        event_.pid = thread->pid;
        event_.tid = thread->tid;
        const bool is_repeated = kind == EventKind::syscall_enter && (tag & repeated) != 0;
        const std::uint64_t time = add_difference(time_, times_.varint());
        if (!is_repeated) time_ = time;
        event_.time = MonotonicTime(Nanoseconds(static_cast<std::int64_t>(time)));

        Context* context = nullptr;
        const std::array<std::uint64_t, 6>* bases = &event_.args;
        if (kind == EventKind::syscall_enter) {
            context = enter_context(*thread, tag);
        } else if (kind == EventKind::syscall_exit) {
            if ((tag & orphan) != 0) {
                context = &thread->orphan;
            } else if (thread->current != ThreadContexts::none) {
                context = &thread->calls[thread->current].exit;
                bases = &thread->args;
            }
            thread->current = ThreadContexts::none;
        } else {
            context = &thread->other(kind);
        }
        if (context == nullptr) return values_.fail();
        apply_differences(tag, *context, *bases);
        if (kind == EventKind::syscall_enter) thread->args = event_.args;
        if (!failed()) visitor_.event(event_, is_repeated);
    }

    template <typename T>
    void read_scalar(std::uint64_t bits, std::uint32_t bit, T& expected) {
        if ((bits & bit) != 0) expected = static_cast<T>(add_difference(static_cast<std::uint64_t>(expected), values_.varint()));
    }

    /// The order of the fields is the encoder's.
    void apply_differences(std::uint8_t tag, Context& context, const std::array<std::uint64_t, 6>& bases) {
        const std::uint64_t bits = (tag & as_expected) != 0 ? 0 : control_.varint();
        if (bits != 0) {
            read_scalar(bits, number_differs, context.number);
            if ((bits & arch_differs) != 0) context.arch = arch(values_.byte());
            for (std::size_t i = 0; i < context.args.size(); ++i) read_scalar(bits, argument_bits[i], context.args[i]);
            read_scalar(bits, result_differs, context.result);
            read_scalar(bits, instruction_pointer_differs, context.instruction_pointer);
            read_scalar(bits, stack_pointer_differs, context.stack_pointer);
            read_scalar(bits, parent_differs, context.parent.value);
            if ((bits & is_error_differs) != 0) context.is_error = !context.is_error;
            if ((bits & at_attach_differs) != 0) context.at_attach = !context.at_attach;
        }
        event_.number = context.number;
        event_.arch = context.arch;
        event_.args = context.args;
        event_.result = context.result;
        event_.instruction_pointer = context.instruction_pointer;
        event_.stack_pointer = context.stack_pointer;
        event_.parent = context.parent;
        event_.is_error = context.is_error;
        event_.at_attach = context.at_attach;
        event_.since.reset();
        if ((bits & has_since) != 0) {
            const auto time = static_cast<std::uint64_t>(event_.time.time_since_epoch().count());
            event_.since = MonotonicTime(Nanoseconds(static_cast<std::int64_t>(add_difference(time, values_.varint()))));
        }
        if ((bits & system_time_differs) != 0) {
            const auto before = static_cast<std::uint64_t>(context.system_time.count());
            context.system_time = Nanoseconds(static_cast<std::int64_t>(add_difference(before, values_.varint())));
        }
        event_.system_time = context.system_time;
        read_memory(bits, context, bases);
        read_fds(bits, context);
        read_stack(bits, context);
        event_.note.clear();
        if ((bits & has_note) != 0) event_.note = payload_.text(values_.varint());
    }

    void read_memory(std::uint64_t bits, Context& context, const std::array<std::uint64_t, 6>& bases) {
        event_.memory.clear();
        if ((bits & shape_differs) != 0) {
            const std::uint64_t count = values_.varint();
            if (count > values_.left()) return values_.fail();
            context.shape.resize(static_cast<std::size_t>(count));
            context.lengths.resize(static_cast<std::size_t>(count));
            for (PiecePlace& piece : context.shape) {
                piece.base = values_.byte();
                if (piece.base > PiecePlace::absolute) return values_.fail();
                if (piece.base == PiecePlace::absolute) piece.address = add_difference(piece.address, values_.varint());
            }
        }
        if ((bits & lengths_differ) != 0)
            for (std::uint32_t& length : context.lengths) length = static_cast<std::uint32_t>(add_difference(length, values_.varint()));
        work_ += 1 + context.shape.size();
        if (failed()) return;
        for (std::size_t i = 0; i < context.shape.size(); ++i) {
            PiecePlace& piece = context.shape[i];
            if (piece.base != PiecePlace::absolute) piece.address = bases[piece.base];
            const auto bytes = payload_.raw(context.lengths[i]);
            event_.memory.add(RemoteAddress{piece.address}, bytes);
        }
    }

    void read_fds(std::uint64_t bits, Context& context) {
        if ((bits & fds_differ) != 0) {
            const std::uint64_t count = values_.varint();
            if (count > values_.left()) return values_.fail();
            context.fds.resize(static_cast<std::size_t>(count));
            for (FdUse& use : context.fds) {
                use.fd.value = static_cast<std::int32_t>(add_difference(static_cast<std::uint64_t>(use.fd.value), values_.varint()));
                use.target.value = static_cast<std::uint32_t>(add_difference(use.target.value, values_.varint()));
            }
        }
        work_ += context.fds.size();
        event_.fds.assign(context.fds.begin(), context.fds.end());
    }

    void read_stack(std::uint64_t bits, Context& context) {
        event_.stack.clear();
        if ((bits & stack_differs) != 0) {
            const std::uint64_t count = values_.varint();
            if (count > values_.left()) return values_.fail();
            context.stack.resize(static_cast<std::size_t>(count));
            for (std::uint32_t& frame : context.stack) {
                const std::uint64_t index = values_.varint();
                if (index > frames_.size()) return values_.fail();
                if (index == frames_.size()) {
                    const auto message = read_message<StackFrame>(payload_.raw(values_.varint()));
                    if (!message) return values_.fail();
                    frames_.push_back(*message);
                }
                frame = static_cast<std::uint32_t>(index);
            }
        }
        work_ += context.stack.size();
        if (failed()) return;
        for (const std::uint32_t frame : context.stack) event_.stack.push_back(frames_[frame]);
    }

    BlockVisitor& visitor_;
    ByteReader control_, times_, values_, payload_;
    ByteReader* const columns_[4]{&control_, &times_, &values_, &payload_};
    std::vector<ThreadContexts> threads_;
    std::size_t thread_ = static_cast<std::size_t>(-1);
    std::uint64_t time_ = 0;
    std::vector<StackFrame> frames_;
    std::uint64_t work_ = 0;
    Event event_;
};

}  // namespace

Result<void> decode_events(std::span<const std::byte> payload, BlockVisitor& visitor) {
    return Decoder(payload, visitor).run();
}

}  // namespace shimtrace::recording
