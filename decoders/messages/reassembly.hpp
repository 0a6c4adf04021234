// Messages put together again from a stream of bytes that comes in any pieces, may be joined in its middle, and of which parts may
// not have been captured. What a message looks like is for the protocols to say.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// What the reader made of some bytes: a frame, or trouble in words.
template <typename Frame>
struct FrameOrTrouble {
    Frame frame;
    std::string trouble;  ///< empty: `frame` is one
};

/// One direction of a connection of frames, each a header of a fixed size, which says the payload's, and the payload. What a frame looks
/// like says `Framing`: header_size, preface (what a client sends before all frames; empty: nothing), is_start, size_of (the whole frame's;
/// 0: that is no header), too_long (why a frame is not waited for; empty: it is), frame_of.
template <typename Framing>
class FrameReader : Reassembly {
public:
    using Found = FrameOrTrouble<typename Framing::Frame>;

    FrameReader() : Reassembly(false) {}

    /// `missing`: bytes that followed on the wire, but were not captured.
    std::vector<Found> feed(std::span<const std::byte> bytes, std::size_t missing = 0) {
        std::vector<Found> found;
        if (!bytes.empty() && !std::exchange(started_, true)) believe();  // a first look: believed until proved wrong
        add(bytes);
        while (take_one(found)) {
        }
        if (missing > 0) {
            const std::size_t whole = buffer().size() < Framing::header_size ? 0 : Framing::size_of(buffer());
            if (auto begun = pass_over(missing, whole)) found.push_back(Framing::frame_of(std::move(*begun)));
        }
        return found;
    }

    /// The client's preface was seen: this is the connection's beginning.
    [[nodiscard]] bool from_the_start() const { return preface_seen_; }
    /// Bytes held back for the rest of their frame.
    [[nodiscard]] std::size_t pending() const { return buffer().size(); }

private:
    /// False: there is no more to take yet.
    bool take_one(std::vector<Found>& found) {
        if (!synchronized()) {
            const auto skipped = synchronize(Framing::is_start);
            if (skipped && *skipped > 0) found.push_back({{}, std::to_string(*skipped) + " bytes of no whole frame"});
            if (!skipped) return false;
        }
        constexpr std::string_view preface = Framing::preface;
        if (!preface.empty() && !buffer().empty() && preface.starts_with(std::string_view(buffer()).substr(0, preface.size()))) {
            if (buffer().size() < preface.size()) return false;
            take(preface.size());
            return preface_seen_ = true;
        }
        if (buffer().size() < Framing::header_size) return false;
        const std::size_t size = Framing::size_of(buffer());
        if (size == 0) {
            disbelieve();
        } else if (std::string trouble = Framing::too_long(buffer()); !trouble.empty()) {
            found.push_back({{}, std::move(trouble)});
            take(Framing::header_size);
            disbelieve();
        } else {
            if (buffer().size() < size) return false;
            found.push_back(Framing::frame_of(take(size)));
        }
        return true;
    }

    bool started_ = false, preface_seen_ = false;
};

}  // namespace shimtrace::wire
