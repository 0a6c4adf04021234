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
    {"bind", class_network, {fd("sockfd"), of("addr", kinds::socket_address_in, 2), number("addrlen")}},
    {"connect", class_network, {fd("sockfd"), of("addr", kinds::socket_address_in, 2), number("addrlen")}},
    {"listen", class_network, {fd("sockfd"), number("backlog")}},
    {"accept", class_network, {fd("sockfd"), of("addr", kinds::socket_address_out, 2), of("addrlen", kinds::socket_length)}, results::fd},
    {"accept4",
     class_network,
     {fd("sockfd"), of("addr", kinds::socket_address_out, 2), of("addrlen", kinds::socket_length), flags("flags", socket_flags)},
     results::fd},
    {"getsockname", class_network, {fd("sockfd"), of("addr", kinds::socket_address_out, 2), of("addrlen", kinds::socket_length)}},
    {"getpeername", class_network, {fd("sockfd"), of("addr", kinds::socket_address_out, 2), of("addrlen", kinds::socket_length)}},
    {"shutdown", class_network, {fd("sockfd"), constant("how", shutdown_modes)}},
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
      number("addrlen")}},
    {"recvfrom",
     class_network,
     {fd("sockfd"), out_buffer("buf"), size("len"), flags("flags", message_flags), of("src_addr", kinds::socket_address_out, 5),
      of("addrlen", kinds::socket_length)}},
    {"sendmsg", class_network, {fd("sockfd"), of("msg", kinds::message_in), flags("flags", message_flags)}},
    {"recvmsg", class_network, {fd("sockfd"), of("msg", kinds::message_out), flags("flags", message_flags)}},
    {"sendmmsg", class_network, {fd("sockfd"), of("msgvec", kinds::messages_in, 2), count("vlen"), flags("flags", message_flags)}},
    {"recvmmsg",
     class_network,
     {fd("sockfd"), of("msgvec", kinds::messages_out, 2), count("vlen"), flags("flags", message_flags),
      of("timeout", kinds::timespec_left)},
     results::receive_messages},
};

std::span<const SyscallRow> network_rows() {
    return network_table;
}

}  // namespace shimtrace::decoders
