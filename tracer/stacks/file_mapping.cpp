#include "tracer/stacks/file_mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include <signal.h>
#include <sys/mman.h>

namespace shimtrace::stacks {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 31;
constexpr std::uintptr_t mapped_page_size = 4096;

/// Where files are mapped: what the signal handler may replace. A handler can be given nothing, so this must be global.
struct MappedRange {
    std::atomic<std::uintptr_t> begin{0}, end{0};
};
constinit std::array<MappedRange, 1024> mapped_ranges;

void replace_lost_page(int, siginfo_t* info, void*) {
    const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
    const bool ours =
        std::ranges::any_of(mapped_ranges, [&](const MappedRange& range) { return address >= range.begin && address < range.end; });
    void* const page = reinterpret_cast<void*>(address & ~(mapped_page_size - 1));
    if (ours && mmap(page, mapped_page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) return;
    signal(SIGBUS, SIG_DFL);  // the access is repeated, and ends the program as it would have
}

void install_handler() {
    struct sigaction action {};
    action.sa_sigaction = replace_lost_page;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGBUS, &action, nullptr);
}

bool note_range(std::uintptr_t begin, std::size_t size) {
    for (MappedRange& range : mapped_ranges) {
        std::uintptr_t free = 0;
        if (!range.begin.compare_exchange_strong(free, begin)) continue;
        range.end = begin + size;
        return true;
    }
    return false;
}

void forget_range(std::uintptr_t begin) {
    const auto range = std::ranges::find(mapped_ranges, begin, [](const MappedRange& one) { return one.begin.load(); });
    if (range == mapped_ranges.end()) return;
    range->end = 0;
    range->begin = 0;
}

}  // namespace

FileMapping::FileMapping(FileMapping&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

FileMapping& FileMapping::operator=(FileMapping&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

FileMapping::~FileMapping() {
    if (data_ == nullptr) return;
    // Before others may be given the place: theirs is noted by the same address.
    forget_range(reinterpret_cast<std::uintptr_t>(data_));
    munmap(data_, size_);
}

void FileMapping::release_pages() const {
    if (data_ != nullptr) madvise(data_, size_, MADV_DONTNEED);
}

Result<FileMapping> FileMapping::map(int fd, std::uint64_t size) {
    if (size == 0 || size > most_bytes) return fail(fmt::format("map a file of {} bytes", size), EFBIG);
    [[maybe_unused]] static const bool installed = (install_handler(), true);
    void* const place = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (place == MAP_FAILED) return fail("map a file", errno);
    FileMapping result;
    result.data_ = static_cast<std::byte*>(place);
    result.size_ = size;
    if (!note_range(reinterpret_cast<std::uintptr_t>(place), size)) return fail("map one more file", ENOMEM);
    return result;
}

}  // namespace shimtrace::stacks
