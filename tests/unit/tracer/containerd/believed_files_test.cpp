#include "tracer/containerd/believed_files.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace shimtrace;
using namespace shimtrace::containerd;

namespace {

constexpr std::size_t most = 4096;

/// A runtime's root with one container in it, and beside it, where everybody may write, what somebody wants to be read in its place.
class Tree {
public:
    Tree() {
        std::string name = "/tmp/shimtrace-believed-XXXXXX";
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
        for (const std::string directory : {"root", "root/id", "forged", "forged/id"})
            std::filesystem::create_directory(path_ + "/" + directory);
        write("root/id/state.json", "true", 0600);
        write("forged/id/state.json", "forged", 0600);
        write("forged/state.json", "forged", 0666);
        REQUIRE(chmod(at("forged/id").c_str(), 0777) == 0);
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    ~Tree() { std::filesystem::remove_all(path_); }

    std::string at(const std::string& name) const { return path_ + "/" + name; }
    BelievedPlace state() const { return {at("root"), "id/state.json", static_cast<std::uint32_t>(geteuid())}; }
    void write(const std::string& name, const std::string& text, mode_t mode) const {
        std::ofstream(at(name)) << text;
        REQUIRE(chmod(at(name).c_str(), mode) == 0);
    }

private:
    std::string path_;
};

/// Exchanges two names again and again.
class Renamer {
public:
    Renamer(std::string a, std::string b)
        : thread_([this, a = std::move(a), b = std::move(b)] {
              while (!ends_) {
                  renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
                  ++times_;
              }
          }) {}
    ~Renamer() {
        ends_ = true;
        thread_.join();
    }
    int times() const { return times_; }

private:
    std::atomic<bool> ends_ = false;
    std::atomic<int> times_ = 0;
    std::thread thread_;
};

/// How often the state is read, and is what nobody has forged; every time that it is read at all.
int times_believed(const Tree& tree, const std::string& exchanged, const std::string& with) {
    const Snapshot nobody;
    const Renamer renamer(tree.at(exchanged), tree.at(with));
    int believed = 0;
    for (int i = 0; i < 200'000 && (believed < 500 || renamer.times() < 5000); ++i) {
        const HostFiles files;  // a look of its own: one look stays with the directory that it has found
        PathTrust trust(nobody, files);
        const auto read = BelievedFiles(files, trust).read(tree.state(), most);
        if (!read.text) continue;
        ++believed;
        if (*read.text != "true") return -1;
    }
    return believed;
}

}  // namespace

TEST_CASE("what is read is what was checked, while somebody exchanges the file for one that others may write") {
    const Tree tree;
    CHECK(times_believed(tree, "root/id/state.json", "forged/state.json") >= 500);
}

TEST_CASE("… or for a link") {
    const Tree tree;
    std::filesystem::create_symlink(tree.at("forged/id/state.json"), tree.at("forged/link"));
    CHECK(times_believed(tree, "root/id/state.json", "forged/link") >= 500);
}

TEST_CASE("… or its directory for one that others may write, or for a link") {
    const Tree tree;
    CHECK(times_believed(tree, "root/id", "forged/id") >= 500);
    std::filesystem::create_directory_symlink(tree.at("forged/id"), tree.at("forged/link"));
    const Tree other;
    std::filesystem::create_directory_symlink(other.at("forged/id"), other.at("forged/link"));
    CHECK(times_believed(other, "root/id", "forged/link") >= 500);
}

TEST_CASE("a link below the directory is refused, one that leads to it followed; what is not there is an error and no doubt") {
    const Tree tree;
    const HostFiles files;
    const Snapshot nobody;
    PathTrust trust(nobody, files);
    BelievedFiles believed(files, trust);
    const auto owner = static_cast<std::uint32_t>(geteuid());
    std::filesystem::create_directory_symlink(tree.at("forged/id"), tree.at("root/linked"));
    std::filesystem::create_directory_symlink(tree.at("root"), tree.at("way"));

    CHECK(believed.read({tree.at("root"), "id/state.json", owner}, most).text.value_or("") == "true");
    CHECK(!believed.read({tree.at("root"), "linked/state.json", owner}, most).doubt.empty());
    if (owner == 0) CHECK(believed.read({tree.at("way"), "id/state.json", owner}, most).text.value_or("") == "true");
    const auto nothing = believed.read({tree.at("root"), "id/nothing", owner}, most);
    CHECK(nothing.text.error().number == ENOENT);
    CHECK(nothing.doubt.empty());
    CHECK(believed.read({tree.at("root"), "id", owner}, most).text.error().number == EINVAL);
    CHECK(believed.read({tree.at("root"), "id/state.json", owner}, 3).text.error().number == EFBIG);
    CHECK(believed.read({tree.at("root"), "id/../id/state.json", owner}, most).text.error().number != 0);
    tree.write("root/id/log", "one\ntwo\n", 0600);
    CHECK(believed.read({tree.at("root"), "id/log", owner}, 6, Part::tail).text.value_or("") == "two\n");
}
