#include "tracer/monitor/keep_directory.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

using namespace shimtrace;
using namespace shimtrace::monitor;

namespace {

class Folder {
public:
    Folder() {
        char name[] = "/tmp/unit-keep-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    /// A file of 64 KiB, so many seconds old.
    void file(const std::string& name, int age) const {
        std::ofstream(path + "/" + name) << std::string(65536, 'x');
        const timespec times[] = {{.tv_sec = ::time(nullptr) - age, .tv_nsec = 0}, {.tv_sec = ::time(nullptr) - age, .tv_nsec = 0}};
        ::utimensat(AT_FDCWD, (path + "/" + name).c_str(), times, 0);
    }
    [[nodiscard]] std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(path)) all.insert(entry.path().filename());
        return all;
    }

    std::string path;
};

}  // namespace

TEST_CASE("the oldest go first, but never the last of its kind") {
    const Folder folder;
    folder.file("file-lock-1.shimtrace", 50);
    folder.file("deadlock-2.shimtrace", 40);
    folder.file("deadlock-3.shimtrace", 30);
    folder.file("deadlock-4.strec", 25);
    folder.file("deadlock-5.shimtrace", 20);
    folder.file("notes.txt", 60);
    {
        const auto keep = KeepDirectory::open(folder.path, 200'000);
        REQUIRE(keep);
        CHECK(keep->usage().files == 5);
        keep->make_room();
    }
    CHECK(folder.names() == std::set<std::string>{"file-lock-1.shimtrace", "deadlock-4.strec", "deadlock-5.shimtrace", "notes.txt"});
    KeepDirectory::open(folder.path, 0)->make_room();
    CHECK(folder.names().size() == 4);
}

TEST_CASE("the wall clock is set back: what is kept after that still goes last") {
    const Folder folder;
    folder.file("deadlock-1.shimtrace", -86400);
    folder.file("deadlock-2.shimtrace", -86400);
    auto keep = KeepDirectory::open(folder.path, 200'000);
    REQUIRE(keep);
    for (const char* name : {"deadlock-3.shimtrace", "deadlock-4.shimtrace"}) {
        folder.file(std::string(".unfinished-") + name, 0);
        REQUIRE(keep->keep_finished(name));
    }
    CHECK(folder.names() == std::set<std::string>{"deadlock-2.shimtrace", "deadlock-3.shimtrace", "deadlock-4.shimtrace"});
    folder.file(".unfinished-deadlock-5.shimtrace", 10);
    REQUIRE(keep->keep_finished("deadlock-5.shimtrace"));
    CHECK(folder.names() == std::set<std::string>{"deadlock-3.shimtrace", "deadlock-4.shimtrace", "deadlock-5.shimtrace"});
}

TEST_CASE("a snapshot is kept whole, under its name, for its owner alone") {
    const Folder folder;
    auto keep = KeepDirectory::open(folder.path + "/made", 1 << 20);
    REQUIRE(keep);
    const std::string name = KeepDirectory::snapshot_name("deadlock", "0123");
    REQUIRE(keep->keep_snapshot(name, Snapshot{}));
    CHECK(name == "deadlock-0123.shimtrace");
    CHECK(keep->holds(name));
    CHECK(!keep->holds("../" + name));
    struct stat status {};
    REQUIRE(::stat(keep->path_of(name).c_str(), &status) == 0);
    CHECK((status.st_mode & 077) == 0);
    REQUIRE(::stat((folder.path + "/made").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("what an earlier monitor did not finish is removed; its state is read") {
    const Folder folder;
    folder.file(".unfinished-deadlock-1.strec", 1);
    auto keep = KeepDirectory::open(folder.path, 1 << 20);
    REQUIRE(keep);
    CHECK(folder.names().empty());
    CHECK(!keep->read_state()->has_value());
    REQUIRE(keep->write_state("state"));
    CHECK(keep->read_state()->value() == "state");
}

TEST_CASE("a directory that others may write to is refused, and what is none") {
    const Folder folder;
    folder.file("file", 1);
    CHECK(!KeepDirectory::open(folder.path + "/file", 1));
    CHECK(!KeepDirectory::open(folder.path + "/not/there", 1));
    ::chmod(folder.path.c_str(), 0777);
    CHECK(!KeepDirectory::open(folder.path, 1));
}

TEST_CASE("a directory is one monitor's at a time") {
    const Folder folder;
    {
        const auto keep = KeepDirectory::open(folder.path, 1 << 20);
        REQUIRE(keep);
        const auto second = KeepDirectory::open(folder.path, 1 << 20);
        REQUIRE(!second);
        CHECK(second.error().message().find("another monitor") != std::string::npos);
    }
    CHECK(KeepDirectory::open(folder.path, 1 << 20));
}

TEST_CASE("a snapshot of many hangs is on the disk once, and goes with its last name") {
    const Folder folder;
    auto keep = KeepDirectory::open(folder.path, 1 << 20);
    REQUIRE(keep);
    const std::string first = KeepDirectory::snapshot_name("deadlock", "01"), second = KeepDirectory::snapshot_name("deadlock", "02");
    REQUIRE(keep->keep_snapshot(first, Snapshot{}));
    const auto alone = keep->usage();
    REQUIRE(keep->keep_same(second, first));
    CHECK(keep->holds(second));
    CHECK(keep->usage().files == 2);
    CHECK(keep->usage().bytes == alone.bytes);
    CHECK(!keep->keep_same(first, "not-there.shimtrace"));
    CHECK(folder.names() == std::set<std::string>{first, second});
}
