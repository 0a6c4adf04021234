#include "tracer/output/threaded_writer.hpp"

#include "tracer/threads/signal_free_thread.hpp"

#include <algorithm>
#include <utility>

namespace shimtrace::output {

ThreadedWriter::ThreadedWriter(std::unique_ptr<LineWriter> writer, std::function<std::string(std::uint64_t)> tell_lost,
                               const Options& options)
    : writer_(std::move(writer)), tell_lost_(std::move(tell_lost)), options_(options), thread_(signal_free_thread([this] { serve(); })) {}

void ThreadedWriter::write(Tid, std::string_view text) {
    if (losing_) {
        lose(text);
        return;
    }
    held_ += text;
    constexpr std::size_t enough = 64 * 1024;
    if (held_.size() >= enough) flush();
}

void ThreadedWriter::flush() {
    if (losing_) return resume();
    if (held_.empty()) return;
    {
        std::unique_lock lock(mutex_);
        const auto fits = [this] { return waiting_ == 0 || waiting_ + held_.size() <= options_.most_waiting; };
        if (fits() || drained_.wait_for(lock, options_.patience, fits)) {
            enqueue(held_);
            held_.clear();
            return;
        }
    }
    losing_ = true;
    lose(std::exchange(held_, {}));
}

void ThreadedWriter::lose(std::string_view text) {
    if (text.empty()) return;
    lost_ += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    losing_line_ = text.back() != '\n';
    if (!losing_line_) resume();
}

void ThreadedWriter::resume() {
    if (losing_line_) return;
    const std::lock_guard lock(mutex_);
    if (!roomy()) return;
    enqueue((in_line_ ? "\n" : "") + tell_lost_(std::exchange(lost_, 0)));
    losing_ = false;
}

void ThreadedWriter::enqueue(std::string_view text) {
    queue_ += text;
    waiting_ += text.size();
    in_line_ = text.back() != '\n';
    filled_.notify_one();
}

void ThreadedWriter::finish() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        if (losing_)
            enqueue((in_line_ ? "\n" : "") + tell_lost_(std::exchange(lost_, 0) + (losing_line_ ? 1 : 0)));
        else if (!held_.empty())
            enqueue(std::exchange(held_, {}));
        closed_ = true;
    }
    filled_.notify_one();
    thread_.join();
    writer_->flush();
}

void ThreadedWriter::serve() {
    constexpr std::size_t at_once = 64 * 1024;  // room comes back bit by bit
    std::string text;
    std::unique_lock lock(mutex_);
    for (;;) {
        filled_.wait(lock, [this] { return !queue_.empty() || closed_; });
        if (queue_.empty()) return;
        std::swap(text, queue_);
        lock.unlock();
        for (std::string_view left = text; !left.empty();) {
            const std::string_view piece = left.substr(0, at_once);
            left.remove_prefix(piece.size());
            writer_->write({}, piece);
            writer_->flush();
            {
                const std::lock_guard again(mutex_);
                waiting_ -= piece.size();
            }
            drained_.notify_one();
        }
        text.clear();
        lock.lock();
    }
}

}  // namespace shimtrace::output
