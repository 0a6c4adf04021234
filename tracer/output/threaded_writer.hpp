// Text that is written by a thread of its own: a reader that does not read holds nobody up but that thread.
#pragma once

#include "tracer/output/line_writer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace shimtrace::output {

/// Hands text on to another writer, in order. Where too much waits to be written, whole lines are lost, and a line tells how many.
class ThreadedWriter final : public LineWriter {
public:
    struct Options {
        std::size_t most_waiting = 16U << 20;                  ///< bytes
        Nanoseconds patience = std::chrono::milliseconds(10);  ///< how long write() and flush() wait for room before they lose lines
    };
    /// `tell_lost`: the line, with its end, that stands where so many lines were lost.
    ThreadedWriter(std::unique_ptr<LineWriter> writer, std::function<std::string(std::uint64_t)> tell_lost, const Options& options);
    ThreadedWriter(std::unique_ptr<LineWriter> writer, std::function<std::string(std::uint64_t)> tell_lost)
        : ThreadedWriter(std::move(writer), std::move(tell_lost), Options()) {}
    ~ThreadedWriter() override { finish(); }
    ThreadedWriter(const ThreadedWriter&) = delete;
    ThreadedWriter& operator=(const ThreadedWriter&) = delete;

    void write(Tid tid, std::string_view text) override;
    void flush() override;
    /// All of it is with the other writer, and its thread has ended; nothing is written afterwards.
    void finish();

private:
    void serve();
    void lose(std::string_view text);
    /// The lines that were lost are told of, and the next is kept.
    void resume();
    /// With the lock.
    void enqueue(std::string_view text);
    [[nodiscard]] bool roomy() const { return waiting_ <= options_.most_waiting - options_.most_waiting / 4; }

    const std::unique_ptr<LineWriter> writer_;
    const std::function<std::string(std::uint64_t)> tell_lost_;
    const Options options_;

    // The caller's.
    std::string held_;      ///< not handed on yet
    bool in_line_ = false;  ///< what was handed on ends within a line
    bool losing_ = false;
    bool losing_line_ = false;  ///< what was lost ends within a line
    std::uint64_t lost_ = 0;    ///< lines

    std::mutex mutex_;
    std::condition_variable filled_, drained_;
    std::string queue_;
    std::size_t waiting_ = 0;  ///< bytes in the queue and in the thread's hands
    bool closed_ = false;
    std::thread thread_;
};

}  // namespace shimtrace::output
