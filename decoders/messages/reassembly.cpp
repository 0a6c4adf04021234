#include "decoders/messages/reassembly.hpp"

#include <algorithm>
#include <utility>

namespace shimtrace::wire {

void Reassembly::add(std::span<const std::byte> bytes) {
    const std::size_t ignored = std::min(to_ignore_, bytes.size());
    to_ignore_ -= ignored;
    bytes = bytes.subspan(ignored);
    buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string Reassembly::take(std::size_t size, std::size_t most) {
    const std::size_t here = std::min(size, buffer_.size());
    std::string taken = buffer_.substr(0, std::min(here, most));
    buffer_.erase(0, here);
    to_ignore_ = size - here;
    return taken;
}

void Reassembly::skip(std::size_t size) {
    skipped_ += size;
    buffer_.erase(0, size);
}

std::optional<std::size_t> Reassembly::synchronize(IsStart is_start) {
    for (std::size_t at = 0; at < buffer_.size(); ++at) {
        const auto start = is_start(std::string_view(buffer_).substr(at));
        if (start == false) continue;
        skip(at);
        if (!start) return std::nullopt;
        synchronized_ = true;
        return std::exchange(skipped_, 0);
    }
    skip(buffer_.size());
    return std::nullopt;
}

std::optional<std::string> Reassembly::pass_over(std::size_t missing, std::size_t whole) {
    if (to_ignore_ > 0) {
        synchronized_ = synchronized_ && missing <= to_ignore_;
        to_ignore_ -= std::min(missing, to_ignore_);
        return std::nullopt;
    }
    if (synchronized_ && whole > buffer_.size()) {
        const std::size_t lacking = whole - buffer_.size();
        synchronized_ = missing <= lacking;  // otherwise more messages began in what is missing
        to_ignore_ = synchronized_ ? lacking - missing : 0;
        return std::exchange(buffer_, {});
    }
    skip(buffer_.size());
    skipped_ += missing;
    synchronized_ = false;
    return std::nullopt;
}

}  // namespace shimtrace::wire
