// Sockets.
#include "decoders/constants/network.hpp"
#include "decoders/syscalls/kinds.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

using namespace arguments;

static constexpr SyscallRow network_table[] = {
    {"socket",
     class_network,
     {constant("domain", address_families), of("type", kinds::socket_type), of("protocol", kinds::socket_protocol)},
     results::fd},
    {"socketpair",
     class_network,
     {constant("domain", address_families), of("type", kinds::socket_type), of("protocol", kinds::socket_protocol),
      of("sv", kinds::fd_pair)}},
    {"bind", class_network, {fd("sockfd"), of("addr", kinds::socket_address_in, 2), number("addrlen")}, {.effect = changes}},
    {"connect",
     class_network,
     {fd("sockfd"), of("addr", kinds::socket_address_in, 2), number("addrlen")},
     {.waits = {connects, 0}, .effect = changes}},
    {"listen", class_network, {fd("sockfd"), number("backlog")}, {.effect = changes}},
    {"accept",
     class_network,
     {fd("sockfd"), of("addr", kinds::socket_address_out, 2), of("addrlen", kinds::socket_length)},
     results::fd,
     {.waits = {accepts, 0}, .effect = accepts_another}},
    {"accept4",
     class_network,
     {fd("sockfd"), of("addr", kinds::socket_address_out, 2), of("addrlen", kinds::socket_length), flags("flags", socket_flags)},
     results::fd,
     {.waits = {accepts, 0}, .effect = accepts_another}},
    {"getsockname", class_network, {fd("sockfd"), of("addr", kinds::socket_address_out, 2), of("addrlen", kinds::socket_length)}},
    {"getpeername", class_network, {fd("sockfd"), of("addr", kinds::socket_address_out, 2), of("addrlen", kinds::socket_length)}},
    {"shutdown", class_network, {fd("sockfd"), constant("how", shutdown_modes)}, {.effect = disconnects}},
    {"getsockopt",
     class_network,
     {fd("sockfd"), constant("level", socket_levels), of("optname", kinds::socket_option), of("optval", kinds::socket_value_out),
      of("optlen", kinds::socket_length)}},
    {"setsockopt",
     class_network,
     {fd("sockfd"), constant("level", socket_levels), of("optname", kinds::socket_option), of("optval", kinds::socket_value_in),
      number("optlen")}},
    {"sendto",
     class_network,
     {fd("sockfd"), in_buffer("buf", 2), size("len"), flags("flags", message_flags), of("dest_addr", kinds::socket_address_in, 5),
      number("addrlen")},
     {.waits = {writes, 0}, .moves = in_order}},
    {"recvfrom",
     class_network,
     {fd("sockfd"), out_buffer("buf"), size("len"), flags("flags", message_flags), of("src_addr", kinds::socket_address_out, 5),
      of("addrlen", kinds::socket_length)},
     {.waits = {reads, 0}, .moves = in_order, .effect = receives}},
    {"sendmsg",
     class_network,
     {fd("sockfd"), of("msg", kinds::message_in), flags("flags", message_flags)},
     {.waits = {writes, 0}, .moves = in_order}},
    {"recvmsg",
     class_network,
     {fd("sockfd"), of("msg", kinds::message_out), flags("flags", message_flags)},
     {.waits = {reads, 0}, .moves = in_order, .effect = receives}},
    {"sendmmsg",
     class_network,
     {fd("sockfd"), of("msgvec", kinds::messages_in, 2), count("vlen"), flags("flags", message_flags)},
     {.waits = {writes, 0}}},
    {"recvmmsg",
     class_network,
     {fd("sockfd"), of("msgvec", kinds::messages_out, 2), count("vlen"), flags("flags", message_flags),
      of("timeout", kinds::timespec_left)},
     results::receive_messages,
     {.waits = {reads, 0}, .effect = receives}},
    {"socketcall", 0, {hex("call"), hex("args")}, {.effect = unknown}},  // i386's
};

std::span<const SyscallRow> network_rows() {
    return network_table;
}

}  // namespace shimtrace::decoders
