// The protocols of netlink: names of their messages, and how what is in them is shown.
#include "decoders/constants/netlink.hpp"
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/layout/headed_list.hpp"
#include "decoders/syscalls/netlink/netlink_message.hpp"

#include <arpa/inet.h>

namespace shimtrace::decoders::netlink {

using namespace values;

namespace {

// Which of the flags above 0xff a message may have is its verb's to say.

const FlagSet& route_flags_of(std::uint16_t type) {
    constexpr std::uint16_t deletes_action = 49;  // RTM_DELACTION: of all of them
    const FlagSet* const by_verb[] = {&netlink_new_flags, &netlink_delete_flags, &netlink_get_flags, &netlink_flags};
    return type == deletes_action ? netlink_get_flags : *by_verb[(type - first_family_type) & 3];
}
const FlagSet& diag_flags_of(std::uint16_t) {
    return netlink_get_flags;
}
const FlagSet& xfrm_flags_of(std::uint16_t type) {
    enum Type : std::uint16_t { new_association = 16, delete_association, get_association, new_policy, delete_policy, get_policy };
    switch (type) {
        case new_association:
        case new_policy:
            return netlink_new_flags;
        case delete_association:
        case delete_policy:
            return netlink_delete_flags;
        case get_association:
        case get_policy:
            return netlink_get_flags;
        default:
            return netlink_flags;
    }
}
const FlagSet& crypto_flags_of(std::uint16_t type) {
    const FlagSet* const by_verb[] = {&netlink_new_flags, &netlink_delete_flags, &netlink_flags, &netlink_get_flags};
    const auto verb = static_cast<std::size_t>(type - first_family_type);
    return verb < std::size(by_verb) ? *by_verb[verb] : netlink_flags;
}

// NETLINK_SELINUX.

constexpr Field enforce_fields[] = {{"val", s32}};
constexpr Field policy_fields[] = {{"seqno", u32}};
constexpr Layout selinux_layouts[] = {{enforce_fields}, {policy_fields}};
void print_selinux_payload(Printer& printer, const Header& header, const Region& payload) {
    const auto place = static_cast<std::size_t>(header.type - first_family_type);
    Surroundings around;
    print_value(printer, place < std::size(selinux_layouts) ? Value(selinux_layouts[place]) : Value{}, payload, around);
}

// NETLINK_CRYPTO: algorithms, and what is known of them.

constexpr Value algorithm_name = of(Format::text, 64);
constexpr Field algorithm_fields[] = {
    {"cru_name cru_driver_name cru_module_name", algorithm_name}, {"cru_type cru_mask", x32}, {"cru_refcnt", u32}, {"cru_flags", x32}};
constexpr Field larval_fields[] = {{"type", algorithm_name}};
constexpr Field hash_fields[] = {{"type", algorithm_name}, {"blocksize digestsize", u32}};
constexpr Field block_cipher_fields[] = {{"type geniv", algorithm_name}, {"blocksize min_keysize max_keysize ivsize", u32}};
constexpr Field aead_fields[] = {{"type geniv", algorithm_name}, {"blocksize maxauthsize ivsize", u32}};
constexpr Field random_fields[] = {{"type", algorithm_name}, {"seedsize", u32}};
constexpr Field cipher_fields[] = {{"type", algorithm_name}, {"blocksize min_keysize max_keysize", u32}};
constexpr Layout algorithm{.fields = algorithm_fields, .short_is_text = true}, larval{.fields = larval_fields, .short_is_text = true},
    hash{.fields = hash_fields, .short_is_text = true}, block_cipher{.fields = block_cipher_fields, .short_is_text = true},
    aead{.fields = aead_fields, .short_is_text = true}, random_numbers{.fields = random_fields, .short_is_text = true},
    cipher{.fields = cipher_fields, .short_is_text = true};
constexpr Attribute crypto_rows[] = {{0, "CRYPTOCFGA_UNSPEC"},
                                     {1, "CRYPTOCFGA_PRIORITY_VAL", u32},
                                     {2, "CRYPTOCFGA_REPORT_LARVAL", larval},
                                     {3, "CRYPTOCFGA_REPORT_HASH", hash},
                                     {4, "CRYPTOCFGA_REPORT_BLKCIPHER", block_cipher},
                                     {5, "CRYPTOCFGA_REPORT_AEAD", aead},
                                     {6, "CRYPTOCFGA_REPORT_COMPRESS", larval},
                                     {7, "CRYPTOCFGA_REPORT_RNG", random_numbers},
                                     {8, "CRYPTOCFGA_REPORT_CIPHER", cipher},
                                     {9, "CRYPTOCFGA_REPORT_AKCIPHER", larval},
                                     {10, "CRYPTOCFGA_REPORT_KPP", larval},
                                     {11, "CRYPTOCFGA_REPORT_ACOMP", larval}};
constexpr AttributeSet crypto_attributes{"CRYPTOCFGA_???", crypto_rows};

void print_crypto_payload(Printer& printer, const Header& header, const Region& payload) {
    if (netlink_crypto_types.name_of(header.type).empty()) return print_hex_text(printer, payload);
    Surroundings around;
    const std::size_t size = size_of(algorithm);
    print_value(printer, algorithm, payload, around);
    if (payload.length <= size || !payload.readable(size)) return;
    printer.text(", ");
    print_attributes(printer, crypto_attributes, payload.from(size), around);
}

// NETLINK_NETFILTER: a subsystem and its own type of message.

const FlagSet* const subsystem_types[] = {nullptr,
                                          &netfilter_conntrack_types,
                                          &netfilter_expectation_types,
                                          &netfilter_queue_types,
                                          &netfilter_log_types,
                                          &netfilter_osf_types,
                                          &netfilter_ipset_types,
                                          &netfilter_acct_types,
                                          &netfilter_timeout_types,
                                          &netfilter_helper_types,
                                          &netfilter_nftables_types,
                                          &netfilter_compat_types};

bool is_batch(std::uint16_t type) {
    return !netfilter_whole_types.name_of(type).empty();
}
/// The verb that a type's name has.
const FlagSet& netfilter_flags_of(std::uint16_t type) {
    constexpr std::uint32_t with_verbs = 1 << 1 | 1 << 2 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11;  // subsystems
    const auto subsystem = static_cast<std::size_t>(type >> 8);
    if (is_batch(type) || subsystem >= std::size(subsystem_types) || !(with_verbs >> subsystem & 1)) return netlink_flags;
    const std::string_view name = subsystem_types[subsystem]->name_of(type & 0xff);
    return name.contains("_NEW")   ? netlink_new_flags
           : name.contains("_DEL") ? netlink_delete_flags
           : name.contains("_GET") ? netlink_get_flags
                                   : netlink_flags;
}
void print_netfilter_type(Printer& printer, std::uint16_t type) {
    if (is_batch(type)) return printer.constant(netfilter_whole_types, type);
    const auto subsystem = static_cast<std::size_t>(type >> 8);
    const FlagSet* types = subsystem < std::size(subsystem_types) ? subsystem_types[subsystem] : nullptr;
    printer.constant(netfilter_subsystems, subsystem);
    printer.text("<<8|");
    types ? printer.constant(*types, type & 0xff) : printer.hex(type & 0xff);
}

/// struct nfgenmsg. Its id is the subsystem's where a batch is of one, in the network's order or, by mistake, not.
void print_netfilter_payload(Printer& printer, const Header& header, const Region& payload) {
    static constexpr AttributeSet unnamed{""};
    constexpr std::size_t size = 4;
    if (payload.length < size) return print_hex_text(printer, payload);
    if (!payload.readable(size)) return printer.address(payload.address);
    Surroundings around;
    const std::uint16_t subsystem = header.type >> 8;
    const auto id = value_at<std::uint16_t>(payload.bytes, 2);
    const bool is_named = !is_batch(header.type) && !netfilter_subsystems.name_of(subsystem).empty();
    {
        Fields fields(printer);
        fields("nfgen_family").constant(address_families, value_at<std::uint8_t>(payload.bytes, 0));
        fields("version").constant(netfilter_versions, value_at<std::uint8_t>(payload.bytes, 1));
        Printer& shown = fields("res_id");
        if (is_named && id == subsystem) {
            shown.constant(netfilter_subsystems, id);
        } else {
            shown.text("htons(");
            is_named&& ntohs(id) == subsystem ? shown.constant(netfilter_subsystems, subsystem) : shown.unsigned_decimal(ntohs(id));
            shown.put(')');
        }
    }
    if (payload.length <= size) return;
    printer.text(", ");
    is_batch(header.type) ? print_hex_text(printer, payload.from(size)) : print_attributes(printer, unnamed, payload.from(size), around);
}

// NETLINK_KOBJECT_UEVENT: the kernel's strings, or what udev sends on.

constexpr Field udev_fields[] = {
    {"prefix", of(Format::text, 8)},
    {"magic", {Format::network_hex, 4}},
    {"header_size properties_off properties_len", u32},
    {"filter_subsystem_hash filter_devtype_hash filter_tag_bloom_hi filter_tag_bloom_lo", {Format::network_hex, 4}}};
constexpr Layout udev{udev_fields};

void print_udev(Printer& printer, const Region& region) {
    constexpr std::uint32_t magic = 0xfeedcafe;
    constexpr std::string_view prefix("libudev", 8);
    const std::size_t size = size_of(udev);
    const std::string_view text(reinterpret_cast<const char*>(region.bytes.data()), region.bytes.size());
    if (!region.readable(size) || !text.starts_with(prefix) || ntohl(value_at<std::uint32_t>(region.bytes, prefix.size())) != magic)
        return region.bytes.empty() ? printer.address(region.address) : printer.quoted(region.bytes, region.length);
    const bool has_more = region.length > size;
    Surroundings around;
    if (has_more) printer.put('[');
    print_fields(printer, udev, region, around);
    if (!has_more) return;
    printer.text(", ");
    printer.quoted(region.from(size).bytes, region.length - size);
    printer.put(']');
}

const Family families[] = {
    {.name = "ROUTE", .types = &netlink_route_types, .flags = route_flags_of, .print_payload = print_route_payload},
    {.name = "SOCK_DIAG", .types = &netlink_diag_types, .flags = diag_flags_of, .print_payload = print_diag_payload},
    {.name = "XFRM", .types = &netlink_xfrm_types, .flags = xfrm_flags_of},
    {.name = "SELINUX", .types = &netlink_selinux_types, .print_payload = print_selinux_payload},
    {.name = "AUDIT", .types = &netlink_audit_types},
    {.name = "NETFILTER", .flags = netfilter_flags_of, .print_type = print_netfilter_type, .print_payload = print_netfilter_payload},
    {.name = "KOBJECT_UEVENT", .print_messages = print_udev},
    {.name = "GENERIC", .types = &netlink_generic_types},
    {.name = "CRYPTO", .types = &netlink_crypto_types, .flags = crypto_flags_of, .print_payload = print_crypto_payload},
};

}  // namespace

const Family& family_named(std::string_view name) {
    static const Family unknown{.name = ""};
    for (const Family& family : families)
        if (family.name == name) return family;
    return unknown;
}

}  // namespace shimtrace::decoders::netlink
