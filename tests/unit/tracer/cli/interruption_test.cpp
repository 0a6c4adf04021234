// Files that go with a program which is ended in the midst of something.
#include "tracer/cli/interruption.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using namespace shimtrace::cli;

namespace {

class EmptyDirectory {
public:
    EmptyDirectory() { REQUIRE(mkdtemp(path_.data()) != nullptr); }
    ~EmptyDirectory() { std::filesystem::remove_all(path_); }
    EmptyDirectory(const EmptyDirectory&) = delete;
    EmptyDirectory& operator=(const EmptyDirectory&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const {
        const std::string path = path_ + "/" + name;
        std::ofstream(path) << "here";
        return path;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/interruption-XXXXXX";
};

/// Runs it in a child that is ended as one that does not come to its end in time.
template <typename Run>
void ended_too_late(const Run& run) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        listen_for_interruption();
        run();
        std::raise(SIGALRM);
        _exit(1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
}

}  // namespace

TEST_CASE("a file goes with its program, from wherever that has gone meanwhile") {
    const EmptyDirectory directory;
    const std::string file = directory.file("socket");
    ended_too_late([&] {
        if (chdir(directory.path().c_str()) != 0) _exit(1);
        remove_when_ended("socket");
        if (chdir("/") != 0) _exit(1);
    });
    CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("what is called as a file that was removed already is another's, and stays") {
    const EmptyDirectory directory;
    const std::string gone = directory.file("gone"), kept = directory.file("kept");
    ended_too_late([&] {
        for (int i = 0; i < 40; ++i) {  // there is room for few at once
            remove_when_ended(kept);
            leave_when_ended(kept);
        }
        remove_when_ended(gone);
    });
    CHECK_FALSE(std::filesystem::exists(gone));
    CHECK(std::filesystem::exists(kept));
}
