#include "tracer/stacks/binary_cache.hpp"

#include "tracer/stacks/proc.hpp"

#include <fmt/format.h>

#include <utility>

namespace shimtrace::stacks {

std::shared_ptr<const LearnedBinary> learn(FileMapping file) {
    auto learned = std::make_shared<LearnedBinary>();
    learned->file = std::move(file);
    auto binary = golang::learn_binary(learned->file.bytes());
    if (!binary) {
        learned->failure = binary.error();
    } else {
        learned->go = std::move(*binary);
    }
    if (!learned->go) learned->file = FileMapping{};
    learned->file.release_pages();  // a daemon's tables are tens of megabytes, of which little is asked for again
    return learned;
}

BinaryCache::BinaryCache() : entries_(std::make_unique<Entries>()) {}
BinaryCache::~BinaryCache() = default;
BinaryCache::BinaryCache(BinaryCache&&) noexcept = default;
BinaryCache& BinaryCache::operator=(BinaryCache&&) noexcept = default;

void BinaryCache::release_pages() {
    const std::lock_guard lock(entries_->mutex);
    entries_->programs.for_each([](const Entries::Learned& program) { program->file.release_pages(); });
}

namespace {

Result<std::shared_ptr<const LearnedBinary>> learn_executable(Pid pid, const FileIdentity& identity, BinaryCache::Entries& entries) {
    std::unique_lock lock(entries.mounts_mutex);
    auto executable = Executable::open(pid, entries.mounts);
    lock.unlock();
    if (!executable) return std::unexpected(executable.error());
    if (executable->identity() != identity)
        return fail(fmt::format("read the executable of process {}", pid.value), 0, "it runs another now");
    auto file = executable->map();
    if (!file) return std::unexpected(file.error());
    return learn(std::move(*file));
}

}  // namespace

Result<std::shared_ptr<const LearnedBinary>> learned_binary(Pid pid, BinaryCache& cache) {
    const auto identity = Executable::identify(pid);
    if (!identity) return std::unexpected(identity.error());
    BinaryCache::Entries& entries = cache.entries();
    std::unique_lock lock(entries.mutex);
    if (auto known = entries.find(*identity)) return known;
    auto& under_way = entries.under_way[*identity];
    if (!under_way) under_way = std::make_shared<BinaryCache::Entries::Lesson>();
    const std::shared_ptr<BinaryCache::Entries::Lesson> lesson = under_way;
    lock.unlock();

    const std::lock_guard learning(lesson->mutex);
    if (lesson->learned) return lesson->learned;
    if (lesson->unanswered) return std::unexpected(Executable::no_answer(pid));
    auto learned = learn_executable(pid, *identity, entries);
    if (learned)
        lesson->learned = *learned;
    else
        lesson->unanswered = learned.error().message() == Executable::no_answer(pid).message();
    lock.lock();
    if (learned) ((*learned)->go ? entries.programs : entries.others).put(*identity, *learned);
    const auto own = entries.under_way.find(*identity);  // or, where this one has failed before, another's
    if (own != entries.under_way.end() && own->second == lesson) entries.under_way.erase(own);
    return learned;
}

bool is_known_go_program(Pid pid, BinaryCache& cache) {
    const auto identity = Executable::identify(pid);
    if (!identity) return false;
    const std::lock_guard lock(cache.entries().mutex);
    const auto known = cache.entries().find(*identity);
    return known && (known->go || known->failure);
}

std::uint64_t load_bias(Pid pid, const golang::GoBinary& binary) {
    const std::uint64_t entry = entry_point(pid);
    return entry == 0 ? 0 : entry - binary.image.entry();
}

}  // namespace shimtrace::stacks
