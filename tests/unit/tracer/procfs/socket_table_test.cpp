#include "tracer/procfs/socket_table.hpp"

#include "tests/unit/tracer/threads/no_more_threads.hpp"
#include "tracer/procfs/owned_fd.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

}  // namespace

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
