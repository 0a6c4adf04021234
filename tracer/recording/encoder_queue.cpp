#include "tracer/recording/encoder_queue.hpp"

#include <utility>

namespace shimtrace::recording {

namespace {

constexpr std::size_t definition_size = 4096;  // of a session or a snapshot, which are few and never refused

}  // namespace

template <typename Put>
void EncoderQueue::encode(Put put) {
    if (encoder_.empty()) {
        begun_ = Clock::now();
        if (std::exchange(resting_, false)) filled_.notify_one();
    }
    put();
    if (encoder_.full()) finish_block();
}

void EncoderQueue::finish_block() {
    if (encoder_.empty()) return;
    SealedBlock block = encoder_.seal();
    const std::size_t size = block.payload.size();
    enqueue(std::move(block), size);
}

void EncoderQueue::enqueue(QueueItem handed, std::size_t bytes) {
    queue_.emplace_back(std::move(handed), bytes);
    waiting_ += bytes;
    filled_.notify_one();
}

bool EncoderQueue::add(const Event& event) {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= capacity_) return false;
    encode([&] { encoder_.add(event); });
    return true;
}

void EncoderQueue::define_target(OpenFileId id, const OpenFile& target) {
    const std::lock_guard lock(mutex_);
    encode([&] { encoder_.define_target(id, target); });
}

void EncoderQueue::define_task(const TaskInfo& task) {
    const std::lock_guard lock(mutex_);
    encode([&] { encoder_.define_task(task); });
}

void EncoderQueue::put(SessionInfo session) {
    const std::lock_guard lock(mutex_);
    enqueue(std::move(session), definition_size);
}

void EncoderQueue::put(Snapshot snapshot) {
    const std::lock_guard lock(mutex_);
    finish_block();
    enqueue(std::move(snapshot), definition_size);
}

void EncoderQueue::put(const Snapshot* snapshot) {
    const std::lock_guard lock(mutex_);
    finish_block();
    enqueue(snapshot, definition_size);
}

bool EncoderQueue::put(Scheduling scheduling) {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= capacity_) return false;
    const std::size_t size = scheduling.events.size() * sizeof(SchedulingEvent) + scheduling.tasks.size() * sizeof(ScheduledTask);
    enqueue(std::move(scheduling), size);
    return true;
}

bool EncoderQueue::has_room() const {
    const std::lock_guard lock(mutex_);
    return roomy();
}

bool EncoderQueue::wait_for_room(Nanoseconds most) {
    std::unique_lock lock(mutex_);
    return drained_.wait_for(lock, most, [&] { return roomy(); });
}

void EncoderQueue::close() {
    const std::lock_guard lock(mutex_);
    finish_block();
    closed_ = true;
    filled_.notify_one();
}

std::optional<QueueItem> EncoderQueue::take() {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return std::nullopt;
    auto [handed, bytes] = std::move(queue_.front());
    queue_.pop_front();
    waiting_ -= bytes;
    drained_.notify_one();
    return std::move(handed);
}

std::size_t EncoderQueue::finish_block(Nanoseconds age) {
    const std::lock_guard lock(mutex_);
    if (!encoder_.empty() && Clock::now() - begun_ >= age) finish_block();
    return queue_.size();
}

void EncoderQueue::restart() {
    const std::lock_guard lock(mutex_);
    encoder_.restart();
}

bool EncoderQueue::wait(Nanoseconds age, std::optional<Nanoseconds> rest) {
    std::unique_lock lock(mutex_);
    const auto whole = [&] { return closed_ || !queue_.empty(); };
    if (!encoder_.empty()) {
        filled_.wait_until(lock, begun_ + age, whole);
    } else {
        resting_ = true;
        const auto anything = [&] { return whole() || !encoder_.empty(); };
        if (rest)
            filled_.wait_for(lock, *rest, anything);
        else
            filled_.wait(lock, anything);
        resting_ = false;
    }
    return !closed_ || !queue_.empty();
}

}  // namespace shimtrace::recording
