// The payload of an events block: each event as its difference from the last one like it. docs/recording-format.md has the bytes.
//
// What is "like it" is what makes repetition cheap: for a call, the same thread's last call of that number on that
// descriptor, which moreover is found without being named when the thread makes its calls in the order it made them before.
// All contexts start empty in each block, so that each block decodes alone.
#pragma once

#include "tracer/recording/block.hpp"
#include "tracer/recording/byte_fields.hpp"

#include <shimtrace/event.hpp>
#include <shimtrace/event_sink.hpp>

#include <memory>

namespace shimtrace::recording {

/// A whole block of events, not compressed yet.
struct SealedBlock {
    Bytes payload;
    std::uint8_t flags = 0;
    BlockSummary summary;
    std::uint64_t happened = 0;  ///< its events but for those that tell of lost ones
};

/// A finished block, its sequence number not yet set.
struct EncodedBlock {
    Bytes bytes;
    BlockType type{};
    std::uint8_t flags = 0;
    BlockSummary summary;
    std::uint64_t happened = 0;
};
EncodedBlock compress(SealedBlock block, BlockMaker& maker);

struct EncoderOptions {
    std::size_t full_size = std::size_t{256} << 10;          ///< of a block before compression, roughly: so much may wait
    std::size_t checkpoint_distance = std::size_t{1} << 20;  ///< at least, unless asked to restart()
};

/// Turns a session into blocks. Keeps the dictionary, and the calls in flight, so that a block can repeat what it uses.
class EventEncoder {
public:
    explicit EventEncoder(const EncoderOptions& options = {});
    ~EventEncoder();

    void define_target(OpenFileId id, const OpenFile& target);
    void define_task(const TaskInfo& task);
    void add(const Event& event);

    /// Nothing was added since the last seal().
    [[nodiscard]] bool empty() const;
    /// The block has grown enough to be sealed.
    [[nodiscard]] bool full() const;
    /// The next block begins with a checkpoint in any case: it is the first of a file.
    void restart();
    SealedBlock seal();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What a block tells, in its order.
class BlockVisitor {
public:
    virtual ~BlockVisitor() = default;
    /// `message`: an OpenFile in Schema's wire form.
    virtual void target(OpenFileId id, std::span<const std::byte> message) = 0;
    /// `message`: a TaskInfo.
    virtual void task(std::span<const std::byte> message) = 0;
    /// `repeated`: a syscall_enter of an earlier block, for the exit or the blocking that follows here. The event's buffers
    /// may be swapped for others.
    virtual void event(Event& event, bool repeated) = 0;
};

/// Error: the bytes are no such payload; what was visited before is right.
Result<void> decode_events(std::span<const std::byte> payload, BlockVisitor& visitor);

}  // namespace shimtrace::recording
