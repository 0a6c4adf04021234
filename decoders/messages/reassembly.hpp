// Messages put together again from a stream of bytes that comes in any pieces, may be joined in its middle, and of which parts may
// not have been captured. What a message looks like is for the protocols to say.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace shimtrace::wire {

/// One direction of a connection: the bytes that are held back until the message is whole which they begin.
class Reassembly {
protected:
    /// `synchronized`: the first bytes are believed to begin a message.
    explicit Reassembly(bool synchronized) : synchronized_(synchronized) {}

    /// Begins with a message, or with the start of one, as long as `synchronized`.
    [[nodiscard]] const std::string& buffer() const { return buffer_; }
    [[nodiscard]] bool synchronized() const { return synchronized_; }
    void believe() { synchronized_ = true; }
    void disbelieve() { synchronized_ = false; }

    /// The next bytes of the stream, without what belongs to a message that has been taken already.
    void add(std::span<const std::byte> bytes);

    /// The buffer's first `size` bytes, of which `most` are kept. What of them is still to come is left out when it does.
    std::string take(std::size_t size, std::size_t most = std::string::npos);

    /// Throws away the buffer's first `size` bytes as part of no message.
    void skip(std::size_t size);

    /// Whether bytes start a message; nullopt: too few to tell.
    using IsStart = std::optional<bool>(std::string_view);

    /// Throws away what comes before the next start of a message. How many bytes have been thrown away since the last message;
    /// nullopt: no start is to be seen yet.
    std::optional<std::size_t> synchronize(IsStart is_start);

    /// `missing` bytes come next that were not captured. `whole`: the size of the message that the buffer begins with, more than there
    /// is of it; 0: not known. What there is of that message; nullopt: nothing that could be shown.
    std::optional<std::string> pass_over(std::size_t missing, std::size_t whole);

private:
    std::string buffer_;
    bool synchronized_;
    std::size_t skipped_ = 0;    ///< bytes thrown away since the last message
    std::size_t to_ignore_ = 0;  ///< rest of a message that has been taken already; nothing is in the buffer then
};

}  // namespace shimtrace::wire
