// Messages of netlink, as ip, ss and nft exchange them with the kernel.
#include "decoders/syscalls/netlink/netlink_message.hpp"
#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::test;
using namespace std::string_literals;

namespace {

/// A sendto through a netlink socket of that family.
struct Sent : Traced {
    OpenFileDictionary targets;

    explicit Sent(std::string family) {
        targets.define(OpenFileId{1}, {.kind = OpenFileKind::netlink_socket, .socket = SocketFacts{.netlink_family = std::move(family)}});
        scope.targets = &targets;
        limits.payload_bytes = 1 << 16;
    }
    /// What is shown of the buffer. `length`: as the caller says; the bytes are those that can be read.
    std::string shown(std::string_view bytes, std::uint64_t length) {
        enter.fds = {{Fd{3}, OpenFileId{1}}};
        call("sendto", {3, memory.put(bytes), length, 0, 0, 0});
        const std::string line = returns(static_cast<std::int64_t>(length));
        const std::size_t start = std::string_view("sendto(3, ").size();
        return line.substr(start, line.rfind(", " + std::to_string(length) + ", 0, NULL") - start);
    }
    std::string shown(std::string_view bytes) { return shown(bytes, bytes.size()); }
};

std::string header(std::uint32_t length, std::uint16_t type, std::uint16_t flags) {
    std::string bytes(16, '\0');
    std::memcpy(bytes.data(), &length, 4);
    std::memcpy(bytes.data() + 4, &type, 2);
    std::memcpy(bytes.data() + 6, &flags, 2);
    return bytes;
}
std::string attribute(std::uint16_t type, std::string_view data) {
    const auto length = static_cast<std::uint16_t>(4 + data.size());
    std::string bytes(4, '\0');
    std::memcpy(bytes.data(), &length, 2);
    std::memcpy(bytes.data() + 2, &type, 2);
    return bytes.append(data).append((4 - data.size() % 4) % 4, '\0');
}
std::string message(std::uint16_t type, std::uint16_t flags, std::string_view payload) {
    return header(static_cast<std::uint32_t>(16 + payload.size()), type, flags).append(payload);
}

const std::string loopback = "\0\0\4\3\1\0\0\0\1\0\0\0\0\0\0\0"s;  // struct ifinfomsg of lo

}  // namespace

TEST_CASE("a link with attributes, and those of its kind") {
    Sent sent("ROUTE");
    const std::string info = attribute(1, "bridge\0"s) + attribute(2, attribute(7, "\1"s) + attribute(20, "\x01\x80\xc2\0\0\0"s));
    const std::string text =
        sent.shown(message(16, 0x605, loopback + attribute(3, "br0\0"s) + attribute(4, "\xdc\5\0\0"s) + attribute(18, info)));
    CHECK(
        text.contains("nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_EXCL|NLM_F_CREATE, nlmsg_seq=0, nlmsg_pid=0}, "
                      "{ifi_family=AF_UNSPEC, ifi_type=ARPHRD_LOOPBACK, ifi_index=if_nametoindex(\"lo\"), ifi_flags=IFF_UP, ifi_change=0}, "
                      "[[{nla_len=8, nla_type=IFLA_IFNAME}, \"br0\"], [{nla_len=8, nla_type=IFLA_MTU}, 1500], [{nla_len="));
    CHECK(text.contains(
        "nla_type=IFLA_LINKINFO}, [[{nla_len=11, nla_type=IFLA_INFO_KIND}, \"bridge\"], [{nla_len=24, nla_type=IFLA_INFO_DATA}, "
        "[[{nla_len=5, nla_type=IFLA_BR_VLAN_FILTERING}, 1], [{nla_len=10, nla_type=IFLA_BR_GROUP_ADDR}, 01:80:c2:00:00:00]]]]]"));
}

TEST_CASE("an address is shown as its message's family has it") {
    Sent sent("ROUTE");
    CHECK(sent.shown(message(20, 1, "\2\x18\0\0\1\0\0\0"s + attribute(1, "\x0a\1\2\3"s)))
              .ends_with(
                  "{ifa_family=AF_INET, ifa_prefixlen=24, ifa_flags=0, ifa_scope=RT_SCOPE_UNIVERSE, ifa_index=if_nametoindex(\"lo\")}, "
                  "[{nla_len=8, nla_type=IFA_ADDRESS}, inet_addr(\"10.1.2.3\")]]"));
    Sent other("ROUTE");
    CHECK(other.shown(message(20, 1, "\1\x18\0\0\1\0\0\0"s + attribute(1, "\x0a\1\2\3"s)))
              .ends_with("[{nla_len=8, nla_type=IFA_ADDRESS}, \"\\x0a\\x01\\x02\\x03\"]]"));
}

TEST_CASE("what is too short is shown as bytes, what could not be read by its address") {
    Sent shorter("ROUTE");
    CHECK(shorter.shown("\x10\0\0\0"s) == R"("\x10\x00\x00\x00")");
    Sent few("ROUTE");
    CHECK(few.shown(message(16, 1, loopback + attribute(4, "\1\2"s))).ends_with(R"([{nla_len=6, nla_type=IFLA_MTU}, "\x01\x02"]])"));
    Sent cut("ROUTE");
    CHECK(cut.shown(header(32, 16, 1) + loopback.substr(0, 8), 32).ends_with("{ifi_family=AF_UNSPEC, 0x10011}]"));
    Sent second("ROUTE");
    CHECK(second.shown(message(16, 1, loopback), 64).ends_with(", ... /* 0x10020 */]"));
}

TEST_CASE("lengths that lie end the list, and nothing is read behind what there is") {
    Sent tiny("ROUTE");
    CHECK(tiny.shown(message(16, 1, loopback + "\0\0\4\0"s)).ends_with(", {nla_len=0, nla_type=IFLA_MTU}]"));
    Sent large("ROUTE");
    CHECK(large.shown(message(16, 1, loopback + "\xff\xff\4\0\5\0\0\0"s)).ends_with(", [{nla_len=65535, nla_type=IFLA_MTU}, 5]]"));
    Sent nothing("ROUTE");
    CHECK(nothing.shown(header(3, 16, 1) + loopback).starts_with("{nlmsg_len=3, "));
    Sent errors("ROUTE");  // an error about an error about …
    std::string nested = message(2, 0, std::string(20, '\0'));
    for (int depth = 0; depth < 64; ++depth) nested = message(2, 0, "\0\0\0\0"s + nested);
    CHECK(errors.shown(nested).size() < 2000);
}

TEST_CASE("an error names itself, and the message that it is about") {
    Sent sent("SOCK_DIAG");
    CHECK(sent.shown(message(2, 0, "\xf3\xff\xff\xff"s + header(17, 20, 1) + "\1"s))
              .ends_with("{error=-EACCES, msg=[{nlmsg_len=17, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=0, "
                         "nlmsg_pid=0}, {family=AF_UNIX}]}]"));
}

TEST_CASE("netfilter's types, uevents, and a family of which only headers are known") {
    Sent tables("NETFILTER");
    CHECK(tables.shown(message(0xa00, 1, "\2\0\0\x0a"s))
              .ends_with("nlmsg_type=NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_NEWTABLE, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=0, nlmsg_pid=0}, "
                         "{nfgen_family=AF_INET, version=NFNETLINK_V0, res_id=htons(NFNL_SUBSYS_NFTABLES)}]"));
    Sent event("KOBJECT_UEVENT");
    CHECK(event.shown("add@/devices/x\0A=1\0"s) == R"("add@/devices/x\0A=1\0")");
    Sent unknown("RDMA");
    CHECK(unknown.shown(message(0x1401, 1, "abcd")) ==
          R"([{nlmsg_len=20, nlmsg_type=0x1401, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=0, nlmsg_pid=0}, "\x61\x62\x63\x64"])");
}
