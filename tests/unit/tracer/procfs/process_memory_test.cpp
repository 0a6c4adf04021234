#include "tracer/procfs/process_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <memory>

using namespace shimtrace;
using host::ProcessMemory;

namespace {

/// Three pages; the middle one cannot be read.
class Pages {
public:
    Pages() : size_(static_cast<std::size_t>(getpagesize())) {
        start_ = static_cast<char*>(mmap(nullptr, 3 * size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        std::memset(start_, 'a', 3 * size_);
        mprotect(start_ + size_, size_, PROT_NONE);
    }
    ~Pages() { munmap(start_, 3 * size_); }
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    [[nodiscard]] RemoteAddress at(std::size_t page, std::size_t offset) const {
        return RemoteAddress{reinterpret_cast<std::uintptr_t>(start_) + page * size_ + offset};
    }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    std::size_t size_;
    char* start_;
};

}  // namespace

TEST_CASE("a read is cut at the first unreadable page, and the ranges after it are read all the same") {
    const Pages pages;
    const ProcessMemory memory(Tid{getpid()});
    std::array<std::byte, 100> cut{}, refused{}, whole{};
    std::array requests{
        ReadRequest{pages.at(0, pages.size() - 10), cut}, ReadRequest{pages.at(1, 5), refused}, ReadRequest{pages.at(2, 5), whole},
        ReadRequest{RemoteAddress{~0ULL - 50}, refused},  ReadRequest{pages.at(0, 0), {}},      ReadRequest{pages.at(2, 200), whole}};
    memory.read(requests);
    CHECK(requests[0].got == 10);
    CHECK(requests[1].got == 0);
    CHECK(requests[2].got == 100);
    CHECK(requests[3].got == 0);
    CHECK(requests[4].got == 0);
    CHECK(requests[5].got == 100);
    CHECK(static_cast<char>(cut[9]) == 'a');
}

TEST_CASE("many ranges and long ones are read whole") {
    std::vector<std::byte> source(1 << 20, std::byte{7});
    std::vector<std::byte> into(source.size());
    const ProcessMemory memory(Tid{getpid()});
    const RemoteAddress start{reinterpret_cast<std::uintptr_t>(source.data())};
    CHECK(memory.read(start, into) == source.size());
    CHECK(into == source);

    std::vector<ReadRequest> requests;
    std::vector<std::byte> small(1000);
    for (std::size_t i = 0; i < small.size(); ++i) requests.push_back({start + i * 1000, std::span(small).subspan(i, 1)});
    memory.read(requests);
    for (const ReadRequest& request : requests) CHECK(request.got == 1);
    CHECK(small.back() == std::byte{7});
}

TEST_CASE("a process that is gone has no memory") {
    std::array<std::byte, 8> into{};
    CHECK(ProcessMemory(Tid{0x3fffffff}).read(RemoteAddress{0x1000}, into) == 0);
}

TEST_CASE("many ranges are read at once, and each says how much of it was readable") {
    auto* const pages = static_cast<std::byte*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(pages != MAP_FAILED);
    std::fill_n(pages, 4096, std::byte{7});
    REQUIRE(mprotect(pages + 4096, 4096, PROT_NONE) == 0);
    for (const bool patient : {false, true}) {
        const Pid self{::getpid()};
        const auto address_of = [](const void* place) { return RemoteAddress{reinterpret_cast<std::uintptr_t>(place)}; };
        std::array<std::array<std::byte, 64>, 4> into{};
        std::array<ReadRequest, 4> requests{{{address_of(pages), into[0]},
                                             {address_of(pages + 4080), into[1]},
                                             {RemoteAddress{8}, into[2]},
                                             {address_of(pages + 8), into[3]}}};
        const std::unique_ptr<Memory> memory = patient ? std::unique_ptr<Memory>(std::make_unique<host::PatientMemory>(self, leader(self)))
                                                       : std::make_unique<ProcessMemory>(leader(self));
        memory->read(requests);
        CHECK(requests[0].got == 64);
        CHECK(requests[1].got == 16);
        CHECK(requests[2].got == 0);
        CHECK(requests[3].got == 64);
        CHECK(into[3][63] == std::byte{7});
    }
    munmap(pages, 8192);
}
