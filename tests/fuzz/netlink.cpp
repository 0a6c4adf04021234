// Arbitrary bytes as what went through a netlink socket of each family: bounded lines come out, of printable characters.
#include "decoders/syscalls/netlink/netlink_message.hpp"
#include "decoders/syscalls/printer.hpp"

#include <cstdlib>

using namespace shimtrace;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::string_view families[] = {"ROUTE",     "SOCK_DIAG",      "XFRM",    "SELINUX", "AUDIT",
                                             "NETFILTER", "KOBJECT_UEVENT", "GENERIC", "CRYPTO",  "?"};
    constexpr std::size_t choices = 3;
    if (size < choices) return 0;
    decoders::RenderStyle style;
    style.constants = static_cast<decoders::Constants>(data[1] % 3);
    style.abbreviate = (data[1] & 0x80) == 0;
    const auto bytes = std::as_bytes(std::span(data, size)).subspan(choices);
    Event enter;
    const decoders::RenderScope scope;
    std::string text;
    const decoders::Call call(enter, nullptr);
    decoders::Printer printer(text, call, style, scope);
    // Some of what the caller says is there could not be read.
    const decoders::Region region{0x1000, bytes.size() + data[2], bytes};
    decoders::netlink::print_messages(printer, decoders::netlink::family_named(families[data[0] % std::size(families)]), region);
    constexpr std::size_t most_for_each_byte = 400;
    if (text.size() > 4096 + bytes.size() * most_for_each_byte) std::abort();
    for (const char c : text)
        if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) >= 0x7f) std::abort();
    return 0;
}
