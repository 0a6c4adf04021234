#include "decoders/golang/labels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

using namespace shimtrace;
using namespace shimtrace::golang;

namespace {

/// A heap from `start` on, to which objects are added; it counts the questions.
class Heap final : public Memory {
public:
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        ++questions;
        for (ReadRequest& request : requests) {
            request.got = 0;
            if (request.address.value < start || request.address.value >= start + bytes_.size()) continue;
            const std::size_t offset = request.address.value - start;
            request.got = std::min(request.into.size(), bytes_.size() - offset);
            std::memcpy(request.into.data(), bytes_.data() + offset, request.got);
        }
    }

    /// `count` times the same label.
    std::uint64_t add_labels(std::uint64_t count, const std::string& key, const std::string& value) {
        const std::array<std::uint64_t, 4> entry{put(key.data(), key.size()), key.size(), put(value.data(), value.size()), value.size()};
        const std::vector<std::array<std::uint64_t, 4>> entries(count, entry);
        const std::uint64_t list = put(entries.data(), entries.size() * sizeof entry);
        const std::array<std::uint64_t, 3> slice{list, count, count};
        return put(slice.data(), sizeof slice);
    }

    mutable int questions = 0;

private:
    static constexpr std::uint64_t start = 0xc000000000;

    std::uint64_t put(const void* object, std::size_t size) {
        const std::uint64_t address = start + bytes_.size();
        bytes_.resize(bytes_.size() + (size + 7) / 8 * 8);
        std::memcpy(bytes_.data() + (address - start), object, size);
        return address;
    }

    std::vector<std::byte> bytes_;
};

struct Labelled {
    std::vector<Goroutine> goroutines;
    bool all;
};

/// `count` goroutines that have inherited the labels at that address.
Labelled labelled(const Heap& heap, std::size_t count, std::uint64_t address) {
    RuntimeState state;
    state.goroutines.resize(count);
    for (CapturedGoroutine& each : state.goroutines) each.labels = address;
    GoBinary binary;
    binary.minor = 24;
    Labelled made{std::vector<Goroutine>(count), false};
    made.all = find_labels(state, binary, made.goroutines, heap);
    return made;
}

}  // namespace

TEST_CASE("labels that a hundred thousand goroutines share are read once, and each has them") {
    Heap heap;
    const auto [goroutines, all] = labelled(heap, 100'000, heap.add_labels(2, "handler", "/v1/users"));
    CHECK(all);
    CHECK(heap.questions == 6);
    REQUIRE(goroutines.back().labels.size() == 2);
    CHECK(goroutines.back().labels[1].key == "handler");
    CHECK(goroutines.back().labels[1].value == "/v1/users");
}

TEST_CASE("a long list that many goroutines inherit is not kept for all of them") {
    Heap heap;
    const auto [goroutines, all] = labelled(heap, 100'000, heap.add_labels(32, std::string(512, 'k'), std::string(512, 'v')));
    CHECK_FALSE(all);
    CHECK(goroutines.front().labels.size() == 32);
    CHECK(goroutines.back().labels.empty());
    std::size_t bytes = 0;
    for (const Goroutine& each : goroutines)
        for (const GoLabel& label : each.labels) bytes += sizeof label + label.key.size() + label.value.size();
    CHECK(bytes <= std::size_t{17} << 20U);
}

TEST_CASE("what is no list of labels is none, and costs nobody else theirs") {
    Heap heap;
    const auto [goroutines, all] = labelled(heap, 3, heap.add_labels(2, "", "value"));
    CHECK(all);
    CHECK(goroutines.front().labels.empty());
    CHECK(labelled(heap, 1, 0x10).all);
    CHECK(labelled(heap, 1, 0x11).goroutines.front().labels.empty());
}
