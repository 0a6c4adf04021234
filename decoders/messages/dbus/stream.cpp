#include "decoders/messages/dbus/stream.hpp"

#include <algorithm>

namespace shimtrace::dbus {

namespace {

/// More calls than that in flight are nobody's; the oldest serial is forgotten.
constexpr std::size_t most_calls = 10'000;

}  // namespace

std::vector<Message> Connection::feed(Direction direction, std::span<const std::byte> bytes, MonotonicTime time, std::size_t missing) {
    std::vector<Message> messages;
    for (Piece& piece : readers_[static_cast<std::size_t>(direction)].feed(bytes, missing)) {
        switch (piece.kind) {
            case Piece::Kind::trouble: {
                Message trouble;
                trouble.trouble = std::move(piece.trouble);
                messages.push_back(std::move(trouble));
                break;
            }
            case Piece::Kind::handshake:
                shake_hands(direction, piece.bytes, time);
                break;
            case Piece::Kind::message:
                if (handshake_ && handshake_->direction != direction) handshake_.reset();
                messages.push_back(take(direction, piece, time));
                break;
        }
    }
    return messages;
}

/// A line that wants an answer is in flight until the other side says anything. BEGIN wants none.
void Connection::shake_hands(Direction direction, const std::string& line, MonotonicTime time) {
    if (handshake_ && handshake_->direction != direction) handshake_.reset();
    const bool asks = line.starts_with("AUTH") || line.starts_with("DATA") || line.starts_with("NEGOTIATE_UNIX_FD");
    if (asks && !handshake_)
        handshake_ = CallInFlight{0, "", "", "the handshake (" + line.substr(0, line.find(' ')) + ")", "", time, direction};
    if (line.starts_with("BEGIN")) handshake_.reset();
}

Message Connection::take(Direction direction, const Piece& piece, MonotonicTime time) {
    Message message = decode(piece.bytes, piece.cut);
    const bool answers = message.type == MessageType::reply || message.type == MessageType::error;
    if (message.type == MessageType::call && !message.no_reply) {
        if (calls_.size() >= most_calls) calls_.erase(calls_.begin());
        calls_.insert_or_assign({direction, message.serial}, CallInFlight{message.serial, message.interface, message.member,
                                                                          call_text(message), unit_of(message), time, direction});
    } else if (answers) {
        const auto call = calls_.find({other(direction), message.reply_serial});
        if (call != calls_.end()) {
            message = decode(piece.bytes, piece.cut, call->second.interface, call->second.member);
            message.took = std::max(Nanoseconds{}, time - call->second.since);
            calls_.erase(call);
        }
    }
    message.size = piece.size;
    return message;
}

std::vector<CallInFlight> Connection::in_flight() const {
    std::vector<CallInFlight> calls;
    if (handshake_) calls.push_back(*handshake_);
    for (const auto& [key, call] : calls_) calls.push_back(call);
    std::ranges::stable_sort(calls, {}, &CallInFlight::since);
    return calls;
}

}  // namespace shimtrace::dbus
