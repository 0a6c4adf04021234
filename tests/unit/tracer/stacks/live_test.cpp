// Reads what this very test makes: memory, mappings, and the stack of a child that blocks.
#include "tracer/stacks/goroutines.hpp"
#include "tracer/stacks/mappings.hpp"
#include "tracer/stacks/native.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace shimtrace;

namespace {

const Pid self{static_cast<std::int32_t>(getpid())};
RemoteAddress address_of(const void* place) {
    return RemoteAddress{reinterpret_cast<std::uintptr_t>(place)};
}

/// A child of this test that sleeps in pause(2), killed at the end.
class Sleeper {
public:
    Sleeper() : pid_(fork()) {
        if (pid_ == 0) {
            while (true) pause();
        }
    }
    ~Sleeper() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    [[nodiscard]] Pid pid() const { return Pid{pid_}; }

private:
    pid_t pid_;
};

}  // namespace

TEST_CASE("a mapping is found by any address inside it, and its file by descriptor") {
    const auto mappings = stacks::read_mappings(self);
    const auto here = reinterpret_cast<std::uintptr_t>(&address_of);
    const stacks::Mapping* mapping = stacks::find_mapping(mappings, here);
    REQUIRE(mapping != nullptr);
    CHECK(mapping->executable);
    CHECK(stacks::find_mapping(mappings, 8) == nullptr);
    const int fd = stacks::ProcessFiles(self).open(*mapping);
    CHECK(fd >= 0);
    if (fd >= 0) close(fd);
}

TEST_CASE("what is no Go program has no goroutines, and a process that is gone is an error") {
    stacks::BinaryCache cache;
    const auto own = stacks::read_goroutines(self, cache);
    REQUIRE(own);
    CHECK_FALSE(*own);
    CHECK_FALSE(stacks::read_goroutines(Pid{0x7ffffff0}, cache));
}

TEST_CASE("whether it is a Go program is known of what has been learned alone") {
    stacks::BinaryCache cache;
    CHECK_FALSE(stacks::is_known_go_program(self, cache));
    REQUIRE(stacks::read_goroutines(self, cache));
    CHECK_FALSE(stacks::is_known_go_program(self, cache));
    CHECK_FALSE(stacks::is_known_go_program(Pid{0x7ffffff0}, cache));
}

TEST_CASE("a blocked thread's stack is followed, stopped or not, and it goes on sleeping") {
    const Sleeper sleeper;
    stacks::BinaryCache cache;
    bool seen = false;
    for (int i = 0; i < 5000 && !seen; ++i) {  // until it has got to its pause
        const auto stacks = stacks::native_stacks(sleeper.pid(), cache, {.stop = i % 2 == 1});
        REQUIRE(stacks);
        REQUIRE(stacks->threads.size() == 1);
        const auto& frames = stacks->threads[0].frames;
        seen = std::ranges::any_of(frames, [](const StackFrame& frame) { return frame.function.find("pause") != std::string::npos; });
        usleep(10'000);
    }
    CHECK(seen);
    CHECK(kill(sleeper.pid().value, 0) == 0);
    CHECK(waitpid(sleeper.pid().value, nullptr, WNOHANG) == 0);
}
