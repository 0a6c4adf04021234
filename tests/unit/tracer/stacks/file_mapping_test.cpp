// Mapped files that lose their pages while they are read.
#include "tracer/stacks/file_mapping.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

using namespace shimtrace;

namespace {

constexpr std::uint64_t size_of_each = 64 * 4096;

/// A file of ones, mapped, of which nothing is left.
stacks::FileMapping cut_short() {
    const int file = memfd_create("cut short", MFD_CLOEXEC);
    const std::vector<char> ones(size_of_each, 1);
    REQUIRE(write(file, ones.data(), ones.size()) == static_cast<ssize_t>(ones.size()));
    auto mapping = stacks::FileMapping::map(file, size_of_each);
    REQUIRE(mapping);
    REQUIRE(ftruncate(file, 0) == 0);
    close(file);
    return std::move(*mapping);
}

std::size_t bytes_that_are_not_zero(const stacks::FileMapping& mapping) {
    return static_cast<std::size_t>(std::ranges::count_if(mapping.bytes(), [](std::byte byte) { return byte != std::byte{0}; }));
}

}  // namespace

TEST_CASE("pages that a mapped file has lost read as zeros in a thread that no signal reaches") {
    const stacks::FileMapping mapping = cut_short();
    std::size_t found = 1;
    signal_free_thread([&] { found = bytes_that_are_not_zero(mapping); }).join();
    CHECK(found == 0);
}

TEST_CASE("several threads read what files have lost at once, of one and the same mapping and of their own that come and go") {
    const stacks::FileMapping common = cut_short();
    std::atomic<std::size_t> found = 0;
    std::array<std::thread, 4> threads;
    for (std::thread& thread : threads)
        thread = signal_free_thread([&] {
            found += bytes_that_are_not_zero(common);
            for (int i = 0; i < 200; ++i) found += bytes_that_are_not_zero(cut_short());
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(found == 0);
}
