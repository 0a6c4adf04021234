#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace shimtrace;
using namespace shimtrace::test;
using namespace std::string_literals;

TEST_CASE("socket addresses: a path, an abstract name, an inet address") {
    Traced path;
    path.call("connect", {4, path.memory.put("\1\0/run/x.sock\0\0\0\0\0\0\0"s), 20});
    CHECK(path.returns(0) == R"(connect(4, {sa_family=AF_UNIX, sun_path="/run/x.sock"}, 20) = 0)");
    Traced abstract;
    abstract.call("bind", {4, abstract.memory.put("\1\0\0abs\0x"s), 8});
    CHECK(abstract.returns(0) == R"(bind(4, {sa_family=AF_UNIX, sun_path=@"abs\0x"}, 8) = 0)");
    Traced inet;
    inet.call("connect", {9, inet.memory.put("\2\0\0\x50\x7f\0\0\1\0\0\0\0\0\0\0\0"s), 16});
    CHECK(inet.returns(-115) == R"(connect(9, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 )"
                                "EINPROGRESS (Operation now in progress)");
}

TEST_CASE("a length that the call changed is shown before and after") {
    Traced traced;
    const auto address = traced.memory.put("\1\0/tmp/s\0"s);
    const auto length = traced.memory.put_value(std::int32_t{110});
    traced.call("getpeername", {4, address, length});
    traced.memory.change(length, "\x9\0\0\0"s);
    CHECK(traced.returns(0) == R"(getpeername(4, {sa_family=AF_UNIX, sun_path="/tmp/s"}, [110 => 9]) = 0)");
}

namespace {

struct Header {
    std::uint64_t name, name_length, iov, iov_count, control, control_length, flags;
};
struct Rights {
    std::uint64_t length = 24;
    std::int32_t level = 1, type = 1;
    std::array<std::int32_t, 2> fds;
};

}  // namespace

TEST_CASE("descriptors that are passed are named, and known as descriptors") {
    Traced traced;
    const std::array<std::uint64_t, 2> iov{traced.memory.put("hello"), 5};
    const Rights rights{.fds = {1, 2}};
    const Header header{0, 0, traced.memory.put_value(iov), 1, traced.memory.put_value(rights), 24, 0};
    traced.call("sendmsg", {4, traced.memory.put_value(header), 0x4000});
    CHECK(traced.returns(5) ==
          R"(sendmsg(4, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="hello", iov_len=5}], msg_iovlen=1, )"
          "msg_control=[{cmsg_len=24, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[1, 2]}], msg_controllen=24, "
          "msg_flags=0}, MSG_NOSIGNAL) = 5");
    std::vector<Fd> fds;
    decoders::descriptors(traced.enter, nullptr, fds);
    CHECK(fds == std::vector<Fd>{Fd{4}, Fd{1}, Fd{2}});
}

TEST_CASE("a control message that says it is longer than it is ends the list") {
    Traced traced;
    Rights rights{.length = 1 << 20, .fds = {1, 2}};
    const Header header{0, 0, 0, 0, traced.memory.put_value(rights), 24, 0};
    traced.call("sendmsg", {4, traced.memory.put_value(header), 0});
    CHECK(traced.returns(-22).find("cmsg_data=[1, 2]}]") != std::string::npos);
}
