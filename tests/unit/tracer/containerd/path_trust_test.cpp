#include "tracer/containerd/path_trust.hpp"

#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/read_errors.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace shimtrace;
using namespace shimtrace::containerd;

namespace {

/// A directory of root's, below one where everybody may write.
class Tree {
public:
    Tree() {
        std::string name = "/tmp/shimtrace-trust-XXXXXX";
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    ~Tree() { std::filesystem::remove_all(path_); }

    std::string directory(const std::string& name, mode_t mode = 0700, uid_t owner = 0) {
        const std::string made = path_ + "/" + name;
        std::filesystem::create_directories(made);
        REQUIRE(chmod(made.c_str(), mode) == 0);
        REQUIRE(chown(made.c_str(), owner, 0) == 0);
        return made;
    }
    std::string link(const std::string& name, const std::string& target, uid_t owner = 0) {
        const std::string made = path_ + "/" + name;
        std::filesystem::create_symlink(target, made);
        REQUIRE(lchown(made.c_str(), owner, 0) == 0);
        return made;
    }

private:
    std::string path_;
};

}  // namespace

TEST_CASE("a directory is believed where none but root and the owner can write, from the root down") {
    if (geteuid() != 0) return;
    Tree tree;
    const HostFiles files;
    const Snapshot nobody;
    PathTrust trust(nobody, files);
    CHECK(trust.doubt_of(tree.directory("kept"), 0).empty());
    CHECK(trust.doubt_of(tree.directory("kept/ids"), 0).empty());
    CHECK(trust.doubt_of("/no/such/directory", 0).empty());
    CHECK(!trust.doubt_of(tree.directory("open", 0777), 0).empty());
    CHECK(!trust.doubt_of(tree.directory("open/kept"), 0).empty());
    CHECK(!trust.doubt_of(tree.directory("grouped", 0775), 0).empty());
    CHECK(!trust.doubt_of(tree.directory("sticky", 01777), 0).empty());
    CHECK(trust.doubt_of(tree.directory("sticky/kept"), 0).empty());
    const std::string users = tree.directory("users", 0700, 4711);
    CHECK(!trust.doubt_of(users, 0).empty());
    CHECK(trust.doubt_of(users, 4711).empty());
    CHECK(!trust.doubt_of(users, 4712).empty());
    CHECK(!trust.doubt_of("relative", 0).empty());
    CHECK(!trust.doubt_of("/tmp/../etc", 0).empty());
}

TEST_CASE("links are followed where root has made them, and what they lead to is looked at") {
    if (geteuid() != 0) return;
    Tree tree;
    const HostFiles files;
    const Snapshot nobody;
    PathTrust trust(nobody, files);
    const std::string kept = tree.directory("kept"), users = tree.directory("users", 0700, 4711);
    CHECK(trust.doubt_of(tree.link("to-kept", kept), 0).empty());
    CHECK(trust.doubt_of(tree.link("to-kept-relative", "kept"), 0).empty());
    CHECK(!trust.doubt_of(tree.link("to-users", users), 0).empty());
    CHECK(!trust.doubt_of(tree.link("of-user", kept, 4711), 0).empty());
    CHECK(!trust.doubt_of(tree.link("loop", tree.directory("x") + "/../loop"), 0).empty());
}

TEST_CASE("a file is believed that root wrote, that nobody else can write, and that has one name") {
    FileFacts facts;
    facts.type = FileType::regular;
    facts.mode = 0644;
    CHECK(doubt_of_entry(facts, 0).empty());
    facts.links = 2;
    CHECK(!doubt_of_entry(facts, 0).empty());
    facts.links = 1;
    facts.mode = 0666;
    CHECK(!doubt_of_entry(facts, 0).empty());
    facts.mode = 0664;
    CHECK(!doubt_of_entry(facts, 0).empty());
    facts.mode = 0600;
    facts.uid = 1000;
    CHECK(!doubt_of_entry(facts, 0).empty());
    CHECK(doubt_of_entry(facts, 1000).empty());
}

TEST_CASE("what a container has among its own files is the same by the mounts that were read with the snapshot") {
    if (geteuid() != 0) return;
    const auto proc = host::ProcDirectory::open();
    REQUIRE(proc);
    const auto own = proc->directory(getpid());
    REQUIRE(own);
    Process container;
    container.pid = Pid{getpid()};
    container.foreign_root = true;
    container.ns.mnt = Inode{7};
    host::MountTables tables;
    host::ReadErrors errors;
    const std::vector<Mount> mounts = tables.of(*own, container, errors).mounts;
    REQUIRE(!mounts.empty());
    Snapshot snapshot;
    snapshot.processes.push_back(container);
    Snapshot gone = snapshot;
    gone.processes.front().pid = Pid{0x7fffffff};  // only the tables tell of it
    const HostFiles files;
    PathTrust by_itself(snapshot, files), by_tables(snapshot, files, &tables), by_tables_alone(gone, files, &tables);
    for (const Mount& mount : mounts) {
        CAPTURE(mount.mount_point);
        const Doubt doubt = by_itself.doubt_of_named(mount.mount_point, 0);
        CHECK(by_tables.doubt_of_named(mount.mount_point, 0) == doubt);
        CHECK(by_tables_alone.doubt_of_named(mount.mount_point, 0).empty() == doubt.empty());
    }
}
