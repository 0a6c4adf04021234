// Interfaces of the network: linux/sockios.h, linux/if.h.
#include "decoders/constants/network.hpp"
#include "decoders/constants/netlink.hpp"
#include "decoders/syscalls/devices/commands.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders::devices {

namespace network {

using namespace values;

static constexpr std::uint8_t name_size = 16, address_size = 16;
static constexpr std::uint16_t value_at = 16, request_size = 40;

static constexpr Field hardware_fields[] = {{"sa_family", constant16(arp_types)}, {"sa_data", of(Format::hardware_address, 6)}};
static constexpr Field map_fields[] = {{"mem_start mem_end", x64}, {"base_addr", x16}, {"irq dma port", x8}};
static constexpr Layout hardware{hardware_fields}, map{map_fields};
static constexpr Value internet = at(value_at, of(Format::socket_address, address_size));

// One field that is set, or asked for by the interface's name.
static constexpr Field name_fields[] = {{"ifr_name", string(name_size)}};
static constexpr Field index_fields[] = {{"ifr_ifindex", at(value_at, s32)}};
static constexpr Field bridged_fields[] = {{"ifr_ifindex", at(value_at, index)}};
static constexpr Layout by_name{.fields = name_fields, .size = request_size}, by_index{.fields = index_fields, .size = request_size},
    bridged{.fields = bridged_fields, .size = request_size};

static constexpr Field addr_set[] = {{"ifr_name", string(name_size)}, {"ifr_addr", internet}};
static constexpr Field dstaddr_set[] = {{"ifr_name", string(name_size)}, {"ifr_dstaddr", internet}};
static constexpr Field broadaddr_set[] = {{"ifr_name", string(name_size)}, {"ifr_broadaddr", internet}};
static constexpr Field netmask_set[] = {{"ifr_name", string(name_size)}, {"ifr_netmask", internet}};
static constexpr Field hwaddr_set[] = {{"ifr_name", string(name_size)}, {"ifr_hwaddr", at(value_at, hardware)}};
static constexpr Field flags_set[] = {{"ifr_name", string(name_size)}, {"ifr_flags", at(value_at, flags16(interface_flags))}};
static constexpr Field metric_set[] = {{"ifr_name", string(name_size)}, {"ifr_metric", at(value_at, s32)}};
static constexpr Field mtu_set[] = {{"ifr_name", string(name_size)}, {"ifr_mtu", at(value_at, s32)}};
static constexpr Field slave_set[] = {{"ifr_name", string(name_size)}, {"ifr_slave", at(value_at, string(name_size))}};
static constexpr Field new_name_set[] = {{"ifr_name", string(name_size)}, {"ifr_newname", at(value_at, string(name_size))}};
static constexpr Field queue_length_set[] = {{"ifr_name", string(name_size)}, {"ifr_qlen", at(value_at, s32)}};
static constexpr Field map_set[] = {{"ifr_name", string(name_size)}, {"ifr_map", at(value_at, map)}};

static constexpr Layout set_addr{.fields = addr_set, .size = request_size}, set_dstaddr{.fields = dstaddr_set, .size = request_size},
    set_broadaddr{.fields = broadaddr_set, .size = request_size}, set_netmask{.fields = netmask_set, .size = request_size},
    set_hwaddr{.fields = hwaddr_set, .size = request_size}, set_flags{.fields = flags_set, .size = request_size},
    set_metric{.fields = metric_set, .size = request_size}, set_mtu{.fields = mtu_set, .size = request_size},
    set_slave{.fields = slave_set, .size = request_size}, set_new_name{.fields = new_name_set, .size = request_size},
    set_queue_length{.fields = queue_length_set, .size = request_size}, set_map{.fields = map_set, .size = request_size};
/// The field behind the name.
static constexpr Layout got(std::span<const Field> set) {
    return {.fields = set.subspan(1), .size = request_size};
}
static constexpr Layout got_addr = got(addr_set), got_dstaddr = got(dstaddr_set), got_broadaddr = got(broadaddr_set),
                        got_netmask = got(netmask_set), got_hwaddr = got(hwaddr_set), got_flags = got(flags_set),
                        got_metric = got(metric_set), got_mtu = got(mtu_set), got_slave = got(slave_set),
                        got_queue_length = got(queue_length_set), got_map = got(map_set);
/// All of its bytes, where none of them ends it.
static void print_bridge_name(Printer& printer, const Region& region, Surroundings&) {
    const auto end = std::ranges::find(region.bytes, std::byte{0});
    const auto length = static_cast<std::size_t>(end - region.bytes.begin());
    printer.quoted(region.bytes.first(length), end == region.bytes.end() ? length + 1 : length);
}
static constexpr Value bridge_name = of(print_bridge_name, name_size);

static constexpr Command rows[] = {
    {0x8901, Way::takes, process},                        // FIOSETOWN
    {0x8902, Way::takes, process},                        // SIOCSPGRP
    {0x8903, Way::fills, process},                        // FIOGETOWN
    {0x8904, Way::fills, process},                        // SIOCGPGRP
    {0x8905, Way::fills, s32},                            // SIOCATMARK
    {0x8910, Way::completes, by_index, by_name},          // SIOCGIFNAME
    {0x8913, Way::completes, by_name, got_flags},         // SIOCGIFFLAGS
    {0x8914, Way::takes, set_flags},                      // SIOCSIFFLAGS
    {0x8915, Way::completes, by_name, got_addr},          // SIOCGIFADDR
    {0x8916, Way::takes, set_addr},                       // SIOCSIFADDR
    {0x8917, Way::completes, by_name, got_dstaddr},       // SIOCGIFDSTADDR
    {0x8918, Way::takes, set_dstaddr},                    // SIOCSIFDSTADDR
    {0x8919, Way::completes, by_name, got_broadaddr},     // SIOCGIFBRDADDR
    {0x891a, Way::takes, set_broadaddr},                  // SIOCSIFBRDADDR
    {0x891b, Way::completes, by_name, got_netmask},       // SIOCGIFNETMASK
    {0x891c, Way::takes, set_netmask},                    // SIOCSIFNETMASK
    {0x891d, Way::completes, by_name, got_metric},        // SIOCGIFMETRIC
    {0x891e, Way::takes, set_metric},                     // SIOCSIFMETRIC
    {0x8921, Way::completes, by_name, got_mtu},           // SIOCGIFMTU
    {0x8922, Way::takes, set_mtu},                        // SIOCSIFMTU
    {0x8923, Way::takes, set_new_name},                   // SIOCSIFNAME
    {0x8924, Way::takes, set_hwaddr},                     // SIOCSIFHWADDR
    {0x8925, Way::fills, s32},                            // SIOCGIFENCAP
    {0x8926, Way::takes, s32},                            // SIOCSIFENCAP
    {0x8927, Way::completes, by_name, got_hwaddr},        // SIOCGIFHWADDR
    {0x8929, Way::completes, by_name, got_slave},         // SIOCGIFSLAVE
    {0x8930, Way::takes, set_slave},                      // SIOCSIFSLAVE
    {0x8931, Way::takes, set_hwaddr},                     // SIOCADDMULTI
    {0x8932, Way::takes, set_hwaddr},                     // SIOCDELMULTI
    {0x8933, Way::completes, by_name, by_index},          // SIOCGIFINDEX
    {0x8937, Way::takes, set_hwaddr},                     // SIOCSIFHWBROADCAST
    {0x8942, Way::completes, by_name, got_queue_length},  // SIOCGIFTXQLEN
    {0x8943, Way::takes, set_queue_length},               // SIOCSIFTXQLEN
    {0x894b, Way::fills, s32},                            // SIOCOUTQNSD
    {0x8970, Way::completes, by_name, got_map},           // SIOCGIFMAP
    {0x8971, Way::takes, set_map},                        // SIOCSIFMAP
    {0x89a0, Way::takes, bridge_name},                    // SIOCBRADDBR
    {0x89a1, Way::takes, bridge_name},                    // SIOCBRDELBR
    {0x89a2, Way::takes, bridged},                        // SIOCBRADDIF
    {0x89a3, Way::takes, bridged},                        // SIOCBRDELIF
    {0x400454ca, Way::points},                            // TUNSETIFF
    {0x400454cb, Way::number, s32},                       // TUNSETPERSIST
};

}  // namespace network

constinit const std::span<const Command> network_commands = network::rows;

}  // namespace shimtrace::decoders::devices
