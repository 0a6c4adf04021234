// NETLINK_SOCK_DIAG: questions about sockets and the answers, by the sockets' family.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/netlink/attribute_sets.hpp"
#include "decoders/syscalls/netlink/netlink_message.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::netlink {

using namespace values;

static constexpr Elements two_numbers{u32, nullptr, 2};
static constexpr Field socket_id_fields[] = {{"idiag_sport idiag_dport", be16},
                                             {"idiag_src idiag_dst", of(Format::address, 16)},
                                             {"idiag_if", index},
                                             {"idiag_cookie", two_numbers}};
static constexpr Layout socket_id{socket_id_fields};

static constexpr Field unix_request_fields[] = {{"sdiag_family", family8},    {"sdiag_protocol", u8},
                                                {"", of(Format::skipped, 2)}, {"udiag_states", flags32(tcp_state_sets)},
                                                {"udiag_ino", u32},           {"udiag_show", flags32(unix_diag_show)},
                                                {"udiag_cookie", two_numbers}};
static constexpr Field unix_answer_fields[] = {{"udiag_family", family8},
                                               {"udiag_type", constant8(socket_types)},
                                               {"udiag_state", constant8(tcp_states)},
                                               {"", of(Format::skipped, 1)},
                                               {"udiag_ino", u32},
                                               {"udiag_cookie", two_numbers}};
static constexpr Field netlink_request_fields[] = {{"sdiag_family", family8},
                                                   {"sdiag_protocol", constant8(netlink_diag_protocols)},
                                                   {"", of(Format::skipped, 2)},
                                                   {"ndiag_ino", u32},
                                                   {"ndiag_show", flags32(netlink_diag_show)},
                                                   {"ndiag_cookie", two_numbers}};
static constexpr Field netlink_answer_fields[] = {{"ndiag_family", family8},
                                                  {"ndiag_type", constant8(socket_types)},
                                                  {"ndiag_protocol", constant8(netlink_protocols)},
                                                  {"ndiag_state", constant8(netlink_states)},
                                                  {"ndiag_portid ndiag_dst_portid ndiag_dst_group ndiag_ino", u32},
                                                  {"ndiag_cookie", two_numbers}};
static constexpr Field packet_request_fields[] = {{"sdiag_family", family8},
                                                  {"sdiag_protocol", x8},
                                                  {"", of(Format::skipped, 2)},
                                                  {"pdiag_ino", u32},
                                                  {"pdiag_show", flags32(packet_diag_show)},
                                                  {"pdiag_cookie", two_numbers}};
static constexpr Field packet_answer_fields[] = {{"pdiag_family", family8},
                                                 {"pdiag_type", constant8(socket_types)},
                                                 {"pdiag_num", constant16(ethernet_protocols)},
                                                 {"pdiag_ino", u32},
                                                 {"pdiag_cookie", two_numbers}};
static constexpr Field inet_request_fields[] = {
    {"sdiag_family", family8},    {"sdiag_protocol", constant8(inet_protocols)}, {"idiag_ext", flags8(inet_diag_extensions)},
    {"", of(Format::skipped, 1)}, {"idiag_states", flags32(tcp_state_sets)},     {"id", socket_id}};
static constexpr Field inet_answer_fields[] = {{"idiag_family", family8},
                                               {"idiag_state", constant8(tcp_states)},
                                               {"idiag_timer idiag_retrans", u8},
                                               {"id", socket_id},
                                               {"idiag_expires idiag_rqueue idiag_wqueue idiag_uid idiag_inode", u32}};
static constexpr Field old_inet_request_fields[] = {
    {"idiag_family", family8}, {"idiag_src_len idiag_dst_len", u8},       {"idiag_ext", flags8(inet_diag_extensions)},
    {"id", socket_id},         {"idiag_states", flags32(tcp_state_sets)}, {"idiag_dbs", u32}};
static constexpr Field smc_request_fields[] = {
    {"diag_family", constant8(address_families)}, {"", of(Format::skipped, 2)}, {"diag_ext", flags8(smc_extensions)}, {"id", socket_id}};
static constexpr Field smc_answer_fields[] = {{"diag_family", constant8(address_families)},
                                              {"diag_state", constant8(smc_states)},
                                              {"diag_fallback", constant8(smc_modes)},
                                              {"diag_shutdown", u8},
                                              {"id", socket_id},
                                              {"diag_uid", u32},
                                              {"diag_inode", u64}};

namespace {

enum SocketFamily : std::uint8_t { of_unix = 1, of_inet = 2, of_inet6 = 10, of_netlink = 16, of_packet = 17, of_smc = 43 };

struct Dialogue {
    std::uint8_t family;
    std::uint8_t addresses;  ///< the family of those in it
    Layout request, answer;
    const AttributeSet *of_request, *of_answer;
};
constexpr Dialogue dialogues[] = {
    {of_unix, 0, {unix_request_fields}, {unix_answer_fields}, nullptr, &unix_diag_attributes},
    {of_netlink, 0, {netlink_request_fields}, {netlink_answer_fields}, nullptr, &netlink_diag_attributes},
    {of_packet, 0, {packet_request_fields}, {packet_answer_fields}, nullptr, &packet_diag_attributes},
    {of_inet, of_inet, {inet_request_fields}, {inet_answer_fields}, &inet_request_attributes, &inet_diag_attributes},
    {of_inet6, of_inet6, {inet_request_fields}, {inet_answer_fields}, &inet_request_attributes, &inet_diag_attributes},
    {of_smc, of_inet, {smc_request_fields}, {smc_answer_fields}, nullptr, &smc_diag_attributes},
};

}  // namespace

void print_diag_payload(Printer& printer, const Header& header, const Region& payload) {
    constexpr std::uint16_t tcp_type = 18, dccp_type = 19;  // of the old form, for inet alone
    static constexpr Layout old_inet_request{old_inet_request_fields};
    const bool is_request = header.flags & flag_request;
    const auto family = value_at<std::uint8_t>(payload.bytes, 0);
    for (const Dialogue& dialogue : dialogues) {
        if (!payload.readable(1) || dialogue.family != family) continue;
        Surroundings around{.family = dialogue.addresses};
        if (is_request && (header.type == tcp_type || header.type == dccp_type))
            return print_struct_and_attributes(printer, old_inet_request, &inet_request_attributes, payload, around);
        return print_struct_and_attributes(printer, is_request ? dialogue.request : dialogue.answer,
                                           is_request ? dialogue.of_request : dialogue.of_answer, payload, around);
    }
    print_family_and_bytes(printer, payload);
}

}  // namespace shimtrace::decoders::netlink
