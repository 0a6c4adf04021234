#include "tracer/procfs/stand_in.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/stand_in_end.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace shimtrace;
using namespace shimtrace::host;
using std::chrono::milliseconds;

namespace {

/// For those who are to answer, on whatever machine.
constexpr Nanoseconds ample = std::chrono::seconds(20);

Parcel twice(Parcel request) {
    return {request.bytes + request.bytes, std::move(request.descriptor)};
}

/// Sleeps until its descriptor, a pipe, has been closed at the other end.
Parcel read_to_end(Parcel request) {
    std::array<char, 16> buffer;
    while (::read(request.descriptor.get(), buffer.data(), buffer.size()) > 0) {
    }
    return {"late", {}};
}

Parcel say_pid(Parcel) {
    return {std::to_string(::getpid()), {}};
}

/// It waits for its next errand.
bool is_idle(const std::string& pid) {
    std::string call;
    std::getline(std::ifstream("/proc/" + pid + "/syscall"), call);
    return call.starts_with(std::to_string(SYS_recvmsg) + " ");
}

Parcel say_descriptors(Parcel) {
    std::string open;
    for (int fd = 0; fd < 64; ++fd)
        if (::fcntl(fd, F_GETFD) >= 0) open += std::to_string(fd) + " ";
    return {open, {}};
}

Parcel die(Parcel) {
    ::_exit(1);
}

struct Ends {
    OwnedFd read, write;
    Ends() {
        int ends[2] = {-1, -1};
        REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        read = OwnedFd(ends[0]);
        write = OwnedFd(ends[1]);
    }
};

}  // namespace

TEST_CASE("what is asked comes back, descriptors too, however large it is") {
    const std::string large(3'000'000, 'x');
    CHECK(ask("nothing", twice, {"ab", {}}, ample)->bytes == "abab");
    CHECK(ask("nothing", twice, {large, {}}, ample)->bytes.size() == 2 * large.size());
    Ends pipe;
    auto reply = ask("nothing", twice, {"", std::move(pipe.read)}, ample);
    REQUIRE(reply);
    REQUIRE(reply->descriptor);
    REQUIRE(::write(pipe.write.get(), "z", 1) == 1);
    char got = 0;
    CHECK(::read(reply->descriptor.get(), &got, 1) == 1);
    CHECK(got == 'z');
}

TEST_CASE("whatever size it has, none of it is lost or added where its pieces meet") {
    for (const std::size_t size : {0, 1, 2047, 2048, 2049, 4095, 4096, 4097, 8191, 8193}) {
        std::string bytes(size, '.');
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
        const auto reply = ask("sizes", twice, {bytes, {}}, ample);
        REQUIRE(reply);
        CHECK((reply->bytes == bytes + bytes));
    }
}

TEST_CASE("who was only late is asked again, in place of a new one") {
    Ends pipe;
    const std::string first = ask("a", say_pid, {}, ample)->bytes;
    CHECK_FALSE(ask("a pipe that is late", read_to_end, {"", std::move(pipe.read)}, milliseconds(10)));
    pipe.write.reset();
    for (int tries = 0; tries < 4000 && !is_idle(first); ++tries) std::this_thread::sleep_for(milliseconds(5));
    REQUIRE(is_idle(first));
    CHECK(ask("b", say_pid, {}, ample)->bytes == first);
}

TEST_CASE("who does not answer in time is left behind, and nobody asks about the same again until he has") {
    Ends pipe;
    const MonotonicTime begin = monotonic_now();
    CHECK_FALSE(ask("a pipe", read_to_end, {"", std::move(pipe.read)}, milliseconds(20)));
    CHECK_FALSE(ask("a pipe", twice, {"a", {}}, ample));
    CHECK(monotonic_now() - begin < ample);
    CHECK(unanswered("a pipe"));
    CHECK(ask("another thing", twice, {"a", {}}, ample)->bytes == "aa");
    pipe.write.reset();
    for (int tries = 0; tries < 3000 && unanswered("a pipe"); ++tries) std::this_thread::sleep_for(milliseconds(10));
    CHECK_FALSE(unanswered("a pipe"));
    CHECK(ask("a pipe", twice, {"b", {}}, ample)->bytes == "bb");
}

/// What so many processes cost, without any that is waited for.
Nanoseconds cost_of_processes(std::size_t count) {
    const MonotonicTime begin = monotonic_now();
    for (std::size_t i = 0; i < count; ++i) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(0);
        if (child > 0) ::waitpid(child, nullptr, 0);
    }
    return monotonic_now() - begin;
}

TEST_CASE("many that do not answer do not add up") {
    std::vector<Ends> pipes(40);
    const Nanoseconds processes = cost_of_processes(pipes.size());
    const MonotonicTime begin = monotonic_now();
    for (std::size_t i = 0; i < pipes.size(); ++i)
        CHECK_FALSE(ask("pipe " + std::to_string(i), read_to_end, {"", std::move(pipes[i].read)}, milliseconds(100)));
    CHECK(monotonic_now() - begin < milliseconds(1500) + 2 * (processes + cost_of_processes(pipes.size())));
    pipes.clear();
    for (std::size_t i = 0; i < 40; ++i)
        for (int tries = 0; tries < 3000 && unanswered("pipe " + std::to_string(i)); ++tries) std::this_thread::sleep_for(milliseconds(10));
    CHECK_FALSE(unanswered("pipe 39"));
}

TEST_CASE("however many do not answer, others are asked") {
    std::vector<Ends> pipes(150);
    for (std::size_t i = 0; i < pipes.size(); ++i)
        CHECK_FALSE(ask("silent " + std::to_string(i), read_to_end, {"", std::move(pipes[i].read)}, milliseconds(2)));
    CHECK(ask("nothing", twice, {"a", {}}, ample)->bytes == "aa");
    CHECK(unanswered("silent 0"));  // and is not asked again soon, although nobody waits for it any more
}

TEST_CASE("a stand-in has nothing of ours open") {
    CHECK(ask("nothing", say_descriptors, {}, ample)->bytes == "0 1 2 3 ");
}

TEST_CASE("one that dies is replaced") {
    CHECK_FALSE(ask("nothing", die, {}, ample));
    CHECK(ask("nothing", twice, {"a", {}}, ample)->bytes == "aa");
}

TEST_CASE("files of a directory are read with one question") {
    const auto self = ProcDirectory::open("/proc/self");
    REQUIRE(self);
    const std::array wanted = {FileWanted{.name = "comm"}, FileWanted{.name = "no such file"}, FileWanted{.name = "maps", .records = true}};
    const auto texts = read_in_time(*self, Pid{::getpid()}, wanted);
    REQUIRE(texts.size() == 3);
    REQUIRE(texts[0]);
    CHECK(texts[0]->starts_with("unit_procfs"));
    CHECK(texts[1].error() == ENOENT);
    REQUIRE(texts[2]);
    CHECK(texts[2]->find("r-xp") != std::string::npos);
}

TEST_CASE("all can be ended, those that do not answer too: no child is left, and who asks then has a new one") {
    Ends pipe;
    const std::string before = ask("a", say_pid, {}, ample)->bytes;
    CHECK_FALSE(ask("a pipe that is never closed", read_to_end, {"", std::move(pipe.read)}, milliseconds(10)));
    end_stand_ins();
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
    CHECK(ask("a pipe that is never closed", say_pid, {}, ample)->bytes != before);
}
