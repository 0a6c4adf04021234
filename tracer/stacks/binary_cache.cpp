#include "tracer/stacks/binary_cache.hpp"

#include "tracer/stacks/proc.hpp"

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_entries = 64;

}  // namespace

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

Result<std::shared_ptr<const LearnedBinary>> learned_binary(Pid pid, BinaryCache& cache) {
    const std::lock_guard lock(cache.entries().mutex);  // who needs it while another learns it would learn the same
    auto executable = Executable::open(pid, cache.entries().mounts);
    if (!executable) return std::unexpected(executable.error());
    auto& entries = cache.entries().by_file;
    if (const auto found = entries.find(executable->identity()); found != entries.end()) return found->second;
    auto file = executable->map();
    if (!file) return std::unexpected(file.error());
    if (entries.size() >= most_entries) entries.erase(entries.begin());
    return entries.emplace(executable->identity(), learn(std::move(*file))).first->second;
}

std::uint64_t load_bias(Pid pid, const golang::GoBinary& binary) {
    const std::uint64_t entry = entry_point(pid);
    return entry == 0 ? 0 : entry - binary.image.entry();
}

}  // namespace shimtrace::stacks
