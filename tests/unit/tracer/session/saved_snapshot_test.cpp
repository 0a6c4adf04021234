#include "tracer/session/saved_snapshot.hpp"
#include "tests/unit/tracer/diagnosis/snapshot_builder.hpp"
#include "tracer/recording/writer.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

using namespace shimtrace;
using namespace shimtrace::session;
using namespace shimtrace::test;

namespace {

class Folder {
public:
    Folder() { ::mkdtemp(path_.data()); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_ = std::filesystem::temp_directory_path() / "shimtrace-session-XXXXXX";
};

/// 2026-11-24T22:51:52Z, and so many seconds later.
Snapshot snapshot_at(std::int64_t seconds) {
    Host host;
    host.container(100, 200, "c" + std::to_string(seconds));
    Snapshot snapshot = host.build();
    snapshot.taken = RealTime(std::chrono::seconds(1795560712 + seconds));
    snapshot.taken_monotonic = MonotonicTime(std::chrono::seconds(1000 + seconds));
    return snapshot;
}

std::string container_of(const Result<Snapshot>& snapshot) {
    return snapshot ? snapshot->containers.at(0).container.id : snapshot.error().message();
}

}  // namespace

TEST_CASE("a snapshot is kept and read back, for its owner alone, and no file is overwritten") {
    const Folder folder;
    const std::string path = folder.file("one");
    REQUIRE(save_snapshot(path, snapshot_at(0)));
    CHECK(is_saved_snapshot(path));
    CHECK(container_of(saved_snapshot(path, "")) == "c0");
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK_FALSE(save_snapshot(path, snapshot_at(1)));
    CHECK(save_snapshot(path, snapshot_at(1), true));
    CHECK(container_of(saved_snapshot(path, "")) == "c1");
}

TEST_CASE("of several snapshots the last one not after the moment that is asked for") {
    const Folder folder;
    const std::string path = folder.file("many");
    {
        auto writer = recording::Writer::create(path, {});
        REQUIRE(writer);
        (*writer)->session({});
        for (const std::int64_t seconds : {0, 10, 20}) (*writer)->snapshot(snapshot_at(seconds));
        (*writer)->end();
    }
    CHECK(container_of(saved_snapshot(path, "")) == "c20");
    CHECK(container_of(saved_snapshot(path, "15")) == "c10");
    CHECK(container_of(saved_snapshot(path, "10s")) == "c10");
    CHECK(container_of(saved_snapshot(path, "2026-11-24T22:52:02Z")) == "c10");
    CHECK(container_of(saved_snapshot(path, "2026-11-24T23:52:02.5+01:00")) == "c10");
    CHECK_FALSE(saved_snapshot(path, "2026-11-24T22:51:51Z"));
    CHECK_FALSE(saved_snapshot(path, "yesterday"));
    CHECK_FALSE(is_saved_snapshot(folder.file("absent")));
}
