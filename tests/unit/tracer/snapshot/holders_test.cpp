#include "tracer/snapshot/holders.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace shimtrace;
using namespace shimtrace::host;

namespace {

/// A pipe of our own with `bytes` in it, as a look at us has it.
struct OwnPipe {
    explicit OwnPipe(std::size_t bytes) {
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        const std::string text(bytes, 'x');
        REQUIRE(::write(ends[1], text.data(), bytes) == static_cast<ssize_t>(bytes));
        struct stat found {};
        ::fstat(ends[0], &found);
        file.kind = OpenFileKind::pipe;
        file.inode = Inode{found.st_ino};
        holders = {{.pid = Pid{::getpid()}, .fd = Fd{ends[0]}}};
    }
    OwnPipe(OwnPipe&& other) noexcept : ends(std::exchange(other.ends, {-1, -1})), file(other.file), holders(other.holders) {}
    OwnPipe& operator=(OwnPipe&&) = delete;
    ~OwnPipe() {
        for (const int end : ends) ::close(end);
    }
    std::array<int, 2> ends{};
    OpenFile file;
    std::vector<Holder> holders;
};

}  // namespace

TEST_CASE("of many pipes each has its own fill, whichever of them cannot be told") {
    std::vector<OwnPipe> pipes;
    for (std::size_t n = 0; n < 150; ++n) pipes.emplace_back(n);
    pipes[3].file.inode = Inode{1};                                                     // another has that descriptor by now
    pipes[70].holders.front().pid = Pid{0};                                             // is gone
    pipes[80].holders.insert(pipes[80].holders.begin(), {.pid = Pid{0}, .fd = Fd{3}});  // the first is, the second is not
    pipes[90].holders.clear();
    std::vector<PipeQuestion> questions;
    for (const OwnPipe& pipe : pipes) questions.push_back({pipe.holders, &pipe.file});
    const auto fills = ask_pipes(questions);
    REQUIRE(fills.size() == pipes.size());
    for (std::size_t n = 0; n < pipes.size(); ++n) {
        CAPTURE(n);
        if (n == 3 || n == 70 || n == 90) {
            CHECK_FALSE(fills[n]);
            continue;
        }
        REQUIRE(fills[n]);
        CHECK(fills[n]->queued == n);
        CHECK(fills[n]->capacity >= 4096);
    }
}
