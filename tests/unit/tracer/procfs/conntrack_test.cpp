#include "tracer/procfs/conntrack.hpp"

#include <doctest/doctest.h>

using namespace shimtrace::host;

TEST_CASE("what is translated is told from what is merely followed") {
    const auto found = parse_translations(
        "ipv4     2 tcp      6 431999 ESTABLISHED src=127.0.0.1 dst=127.0.0.1 sport=34000 dport=8080 src=10.88.0.2 dst=10.88.0.1 sport=80 "
        "dport=34001 [ASSURED] mark=0 zone=0 use=2\n"
        "ipv4     2 tcp      6 300 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=5 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=5 "
        "use=2\n"
        "ipv6     10 udp      17 29 src=fd00:0000:0000:0000:0000:0000:0000:0001 dst=fd00:0000:0000:0000:0000:0000:0000:0010 sport=4000 "
        "dport=53 "
        "[UNREPLIED] src=fd00:0000:0000:0000:0000:0000:0000:0002 dst=fd00:0000:0000:0000:0000:0000:0000:0001 sport=53 dport=4000 use=1\n"
        "ipv4     2 icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1 src=10.0.0.3 dst=10.0.0.1 type=0 code=0 id=1\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].protocol == 'T');
    CHECK(found[0].from == "127.0.0.1:34000");
    CHECK(found[0].to == "127.0.0.1:8080");
    CHECK(found[0].answers_from == "10.88.0.2:80");
    CHECK(found[0].answers_to == "10.88.0.1:34001");
    CHECK(found[1].protocol == 'U');
    CHECK(found[1].to == "[fd00::10]:53");
    CHECK(found[1].answers_from == "[fd00::2]:53");
}

TEST_CASE("lines that are cut, or no lines, tell nothing") {
    for (const char* text : {"", "\n\n", "ipv4 2 tcp 6", "ipv4 2 tcp 6 1 X src=1.2.3.4 dst=",
                             "ipv4 2 tcp 6 1 X src=a dst=b sport=c dport=d src=e dst=f sport=g dport=h"})
        CHECK(parse_translations(text).empty());
}
