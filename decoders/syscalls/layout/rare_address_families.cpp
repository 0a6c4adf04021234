#include "decoders/syscalls/layout/rare_address_families.hpp"

#include "decoders/constants/network.hpp"
#include "decoders/syscalls/layout/socket_address.hpp"
#include "decoders/syscalls/layout/struct_layout.hpp"

namespace shimtrace::decoders {

namespace {

using namespace values;

// linux/rxrpc.h: struct sockaddr_rxrpc has another address inside, and its length before that.
void print_transport(Printer& printer, const Region& region, Surroundings&) {
    enum Family : std::uint16_t { inet = 2, inet6 = 10 };
    constexpr std::size_t family_size = 2, least_inet = 16, least_inet6 = 24;
    const std::size_t said = value_at<std::uint16_t>(region.bytes, 0);
    const auto whole = region.bytes.subspan(2);
    const auto family = value_at<std::uint16_t>(whole, 0);
    const auto given = whole.first(std::clamp(said, family_size, whole.size()));
    const auto print = [&](Fields& fields, std::string_view name, std::size_t least) {
        fields(name).constant(address_families, family);
        if (said >= least && family == inet) return print_inet_fields(fields, given);
        if (said >= least && family == inet6) return print_inet6_fields(printer, fields, given);
        if (given.size() == family_size) return;
        fields.separate();
        printer.quoted(given.subspan(family_size), given.size() - family_size, most_socket_address);
    };
    Fields transport(printer);
    if (family != inet && family != inet6) return print(transport, "family", SIZE_MAX);
    Fields address(transport(family == inet ? "sin" : "sin6"));
    family == inet ? print(address, "sin_family", least_inet) : print(address, "sin6_family", least_inet6);
}
constexpr Field rxrpc_fields[] = {{"srx_service", at(2, {Format::numbered_constant, 2, rxrpc_services})},
                                  {"transport_type", constant16(socket_types)},
                                  {"transport_len", u16},
                                  {"transport", at(6, of(print_transport, 0))}};

// net/af_ieee802154.h
constexpr Field no_address_fields[] = {{"", skipped(8)}};
constexpr Field short_address_fields[] = {{"short_addr", {Format::numbered_constant, 2, low_power_addresses}}};
constexpr Field long_address_fields[] = {{"hwaddr", of(Format::hardware_address, 8)}};
constexpr OfNumber low_power_rows[] = {{0, no_address_fields}, {2, short_address_fields}};
constexpr ByNumber by_address_type{0, 4, low_power_rows, long_address_fields};
constexpr Field low_power_address_fields[] = {{"addr_type", {Format::numbered_constant, 4, low_power_address_types}},
                                              {"pan_id", {Format::numbered_constant, 2, low_power_networks}},
                                              {"", by_address_type}};
constexpr Layout low_power_address{.fields = low_power_address_fields, .size = 16};
constexpr Field low_power_fields[] = {{"addr", at(4, low_power_address)}};

// linux/if_alg.h
constexpr Value algorithm_flags{Format::numbered_flags, 4, algorithm_address_flags};
constexpr Field algorithm_fields[] = {{"salg_type", at(2, string(14))}, {"salg_feat salg_mask", algorithm_flags}, {"salg_name", string(0)}};

// linux/nfc.h: struct sockaddr_nfc, and sockaddr_nfc_llcp with more fields.
constexpr Field near_field_fields[] = {{"dev_idx", at(4, index)},
                                       {"target_idx", x32},
                                       {"nfc_protocol", constant32(near_field_protocols)},
                                       {"dsap ssap", {Format::numbered_constant, 1, near_field_services}},
                                       {"service_name", counted_text(63, 88)},
                                       {"service_name_len", u64}};
constexpr std::size_t near_field_part = 3;

// linux/vm_sockets.h, linux/qrtr.h
constexpr Field vsock_fields[] = {{"svm_reserved1", at(2, of(Format::reserved, 2))},
                                  {"svm_cid", at(8, constant32(vsock_cids))},
                                  {"svm_port", at(4, constant32(vsock_ports))},
                                  {"svm_flags", at(12, flags8(vsock_flags))},
                                  {"svm_zero", of(Format::reserved, 3)}};
constexpr Field router_fields[] = {{"sq_node", at(4, constant32(router_nodes))}, {"sq_port", constant32(router_ports)}};

// linux/if_xdp.h: the last field is a descriptor where the first says so.
constexpr Field shared_memory_fields[] = {{"sxdp_shared_umem_fd", at(12, descriptor)}};
constexpr Field own_memory_fields[] = {{"sxdp_shared_umem_fd", at(12, of(Format::reserved, 4))}};
constexpr OfNumber own_memory[] = {{0, own_memory_fields}};
constexpr ByNumber by_sharing{.place = 2, .width = 2, .rows = own_memory, .otherwise = shared_memory_fields, .mask = 1};
constexpr Field express_fields[] = {
    {"sxdp_flags", at(2, flags16(express_address_flags))}, {"sxdp_ifindex", index}, {"sxdp_queue_id", u32}, {"", by_sharing}};

// linux/mctp.h
constexpr Field component_address_fields[] = {{"s_addr", constant8(component_addresses)}};
constexpr Layout component_address{component_address_fields};
constexpr Field component_fields[] = {{"__smctp_pad0", at(2, of(Format::reserved, 2))},
                                      {"smctp_network", constant32(component_networks)},
                                      {"smctp_addr", component_address},
                                      {"smctp_type smctp_tag", x8},
                                      {"__smctp_pad1", of(Format::reserved, 1)}};

struct FamilyRow {
    std::uint16_t family;
    std::uint16_t least;  ///< bytes of an address that has these fields
    Layout layout;
    bool is_part = false;  ///< of a longer one: "..." follows
};
/// Of one family the longer ones behind the shorter ones.
constexpr FamilyRow rows[] = {
    {33, 36, {rxrpc_fields}},
    {36, 20, {low_power_fields}},
    {38, 25, {algorithm_fields}},
    {39, 16, {std::span(near_field_fields).first(near_field_part)}},
    {39, 17, {std::span(near_field_fields).first(near_field_part)}, true},
    {39, 96, {near_field_fields}},
    {40, 16, {vsock_fields}},
    {42, 12, {router_fields}},
    {44, 16, {express_fields}},
    {45, 12, {component_fields}},
};

const FamilyRow* find(std::span<const std::byte> bytes) {
    const FamilyRow* found = nullptr;
    for (const FamilyRow& row : rows)
        if (bytes.size() >= row.least && value_at<std::uint16_t>(bytes, 0) == row.family) found = &row;
    return found;
}

}  // namespace

bool print_rare_address(Printer& printer, Fields& fields, std::span<const std::byte> bytes) {
    const FamilyRow* row = find(bytes);
    if (!row) return false;
    Surroundings around;
    print_field_rows(printer, fields, row->layout, {0, bytes.size(), bytes}, around);
    if (row->is_part) fields.more();
    return true;
}

void collect_descriptors_of_address(std::span<const std::byte> bytes, std::vector<Fd>& into) {
    if (const FamilyRow* row = find(bytes)) collect_descriptors(row->layout, {0, bytes.size(), bytes}, into);
}

}  // namespace shimtrace::decoders
