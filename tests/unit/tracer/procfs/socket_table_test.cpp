#include "tracer/procfs/socket_table.hpp"

#include "tests/unit/tracer/threads/no_more_threads.hpp"
#include "tracer/procfs/owned_fd.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <cstring>
#include <string>

using namespace shimtrace;
using namespace shimtrace::host;

namespace {

sockaddr_un abstract_address() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "shimtrace-test-" + std::to_string(getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());  // a zero byte before it
    return address;
}

Inode inode_of(const OwnedFd& descriptor) {
    struct stat status {};
    REQUIRE(fstat(descriptor.get(), &status) == 0);
    return Inode{status.st_ino};
}

/// A process in a network namespace of its own, with a socket there or without any.
class InOwnNetwork {
public:
    explicit InOwnNetwork(bool has_socket) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return;
        const OwnedFd told(ends[0]);
        {
            const OwnedFd tells(ends[1]);
            child_ = fork();
            if (child_ == 0) {
                struct stat status {};
                if (unshare(CLONE_NEWNET) == 0 && (!has_socket || fstat(socket(AF_UNIX, SOCK_STREAM, 0), &status) == 0)) {
                    const std::uint64_t inode = has_socket ? status.st_ino : 1;
                    if (write(tells.get(), &inode, sizeof inode) < 0) _exit(1);
                }
                close(tells.get());
                pause();
                _exit(0);
            }
        }
        std::uint64_t inode = 0;
        if (read(told.get(), &inode, sizeof inode) == sizeof inode) inode_ = Inode{inode};
    }
    InOwnNetwork(const InOwnNetwork&) = delete;
    InOwnNetwork& operator=(const InOwnNetwork&) = delete;
    ~InOwnNetwork() {
        kill(child_, SIGKILL);
        waitpid(child_, nullptr, 0);
    }
    [[nodiscard]] NetworkNamespace network() const { return {Pid{child_}, Inode{static_cast<std::uint64_t>(child_)}}; }
    [[nodiscard]] Inode inode() const { return inode_; }  ///< 0: it may not make one

private:
    pid_t child_ = -1;
    Inode inode_;
};

}  // namespace

TEST_CASE("network namespaces with sockets are dumped, and those without any are spared") {
    const InOwnNetwork empty(false), used(true);
    if (!empty.inode()) return;  // not permitted
    SocketTable table;
    CHECK(dump_sockets_of({empty.network()}, table).empty());
    CHECK(table.size() == 0);
    CHECK(dump_sockets_of({empty.network(), used.network()}, table).empty());
    CHECK(table.find(used.inode()) != nullptr);
}

TEST_CASE("a listener that nobody waits for is read, as is one with a client that it has not accepted") {
    const sockaddr_un address = abstract_address();
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    const OwnedFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(bind(listener.get(), name, sizeof address) == 0);
    REQUIRE(listen(listener.get(), 1) == 0);

    SocketTable before;
    CHECK(dump_sockets(before).empty());
    const KnownSocket* found = before.find(inode_of(listener));
    REQUIRE(found != nullptr);
    CHECK(found->facts.state == "LISTEN");
    CHECK(found->facts.local.starts_with("@shimtrace-test-"));

    const OwnedFd client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(connect(client.get(), name, sizeof address) == 0);
    SocketTable after;
    dump_sockets(after);
    found = after.find(inode_of(client));
    REQUIRE(found != nullptr);
    CHECK(found->facts.peer_inode == inode_of(listener));
}

TEST_CASE("where no thread can be made the sockets of other network namespaces are a gap, which is told") {
    const test::NoMoreThreads none;
    SocketTable table;
    const auto errors = dump_sockets_of({{Pid{getpid()}, Inode{1}}, {Pid{getpid()}, Inode{2}}}, table);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0] == "sockets of 2 other network namespaces: no thread can be made to ask there");
    CHECK_FALSE(ask_unix_socket(Inode{1}, Pid{getpid()}));
}
