#include "tracer/containerd/path_trust.hpp"

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
