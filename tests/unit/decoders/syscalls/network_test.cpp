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

TEST_CASE("socket addresses of rare families") {
    const auto said = [](std::string_view address, std::size_t length) {
        Traced traced;
        traced.call("connect", {4, traced.memory.put(address), length});
        return traced.returns(0);
    };
    CHECK(said("\x28\0\0\0\x10\0\0\0\2\0\0\0\1\0\0\0"s, 16) ==
          "connect(4, {sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, svm_port=0x10, svm_flags=VMADDR_FLAG_TO_HOST}, 16) = 0");
    CHECK(said("\x28\0\0\0\x10\0\0\0\2\0\0\0\1"s, 13).starts_with("connect(4, {sa_family=AF_VSOCK, sa_data=\"\\0\\0\\20\\0"));
    const std::string rxrpc = "\x21\0\1\0\2\0\x10\0\2\0\0\x50\x7f\0\0\1"s + std::string(20, '\0');
    CHECK(said(rxrpc, 36) ==
          "connect(4, {sa_family=AF_RXRPC, srx_service=0x1 /* CM_SERVICE */, transport_type=SOCK_DGRAM, transport_len=16, "
          "transport={sin={sin_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}}}, 36) = 0");
    // A length of the inner address that says more, or less, than there is.
    std::string too_long = rxrpc, too_short = rxrpc;
    too_long[6] = '\xff';
    too_long[8] = 1;
    too_short[6] = 0;
    CHECK(said(too_long, 36).contains("transport={family=AF_UNIX, \"\\0P\\177\\0\\0\\1"));
    CHECK(said(too_short, 36).contains("transport_len=0, transport={sin={sin_family=AF_INET}}}"));
}

TEST_CASE("a descriptor in a socket's address is known as one") {
    Traced shared, own;
    shared.call("bind", {4, shared.memory.put("\x2c\0\1\0\1\0\0\0\0\0\0\0\7\0\0\0"s), 16});
    CHECK(shared.returns(0) ==
          "bind(4, {sa_family=AF_XDP, sxdp_flags=XDP_SHARED_UMEM, sxdp_ifindex=if_nametoindex(\"lo\"), sxdp_queue_id=0, "
          "sxdp_shared_umem_fd=7}, 16) = 0");
    own.call("bind", {4, own.memory.put("\x2c\0\2\0\1\0\0\0\0\0\0\0\0\0\0\0"s), 16});
    CHECK(own.returns(0).ends_with("sxdp_queue_id=0}, 16) = 0"));
    std::vector<Fd> of_shared, of_own;
    decoders::descriptors(shared.enter, nullptr, of_shared);
    decoders::descriptors(own.enter, nullptr, of_own);
    CHECK(of_shared == std::vector<Fd>{Fd{4}, Fd{7}});
    CHECK(of_own == std::vector<Fd>{Fd{4}});
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
