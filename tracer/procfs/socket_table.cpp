#include "tracer/procfs/socket_table.hpp"

#include "tracer/procfs/inet_dump.hpp"
#include "tracer/procfs/owned_fd.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/threads/in_parallel.hpp"
#include "tracer/threads/signal_free_thread.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace shimtrace::host {
namespace {

struct SocketCloser {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
};
using NetlinkSocket = std::unique_ptr<nl_sock, SocketCloser>;

NetlinkSocket connect_sock_diag() {
    NetlinkSocket socket(nl_socket_alloc());
    if (!socket || nl_connect(socket.get(), NETLINK_SOCK_DIAG) < 0) return nullptr;
    nl_socket_disable_auto_ack(socket.get());
    nl_socket_set_msg_buf_size(socket.get(), std::size_t{64} << 10);
    return socket;
}

// The names of TCP_ESTABLISHED and its like (net/tcp_states.h); unix and netlink sockets use the same numbers.
constexpr std::array states = std::to_array<const char*>({"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
                                                          "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV"});

// linux/netlink.h, without NETLINK_.
constexpr std::array netlink_families =
    std::to_array<const char*>({"ROUTE",   "UNUSED", "USERSOCK",      "FIREWALL",  "SOCK_DIAG", "NFLOG",  "XFRM",    "SELINUX",
                                "ISCSI",   "AUDIT",  "FIB_LOOKUP",    "CONNECTOR", "NETFILTER", "IP6_FW", "DNRTMSG", "KOBJECT_UEVENT",
                                "GENERIC", "17",     "SCSITRANSPORT", "ECRYPTFS",  "RDMA",      "CRYPTO", "SMC"});

template <typename T>
const T* body(nl_msg* message) {
    nlmsghdr* header = nlmsg_hdr(message);
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY || !nlmsg_valid_hdr(header, sizeof(T))) return nullptr;
    return static_cast<const T*>(nlmsg_data(header));
}

template <typename T>
std::optional<T> attribute(nlattr* found) {
    if (!found || nla_len(found) < static_cast<int>(sizeof(T))) return std::nullopt;
    T value;
    std::memcpy(&value, nla_data(found), sizeof value);
    return value;
}

/// Of an attribute that holds any number of values, none as well: then it has no bytes.
template <typename T>
std::vector<T> attribute_values(nlattr* found) {
    std::vector<T> values(found ? static_cast<std::size_t>(nla_len(found)) / sizeof(T) : 0);
    if (!values.empty()) std::memcpy(values.data(), nla_data(found), values.size() * sizeof(T));
    return values;
}

void add_memory(SocketFacts& facts, nlattr* info) {
    const auto memory = attribute_values<std::uint32_t>(info);
    if (memory.size() <= SK_MEMINFO_SNDBUF) return;
    facts.receive_capacity = memory[SK_MEMINFO_RCVBUF];
    facts.send_capacity = memory[SK_MEMINFO_SNDBUF];
}

int on_unix(nl_msg* message, void* context) {
    const auto* found = body<unix_diag_msg>(message);
    if (!found) return NL_SKIP;
    std::array<nlattr*, UNIX_DIAG_MAX + 1> attributes{};
    nlmsg_parse(nlmsg_hdr(message), sizeof *found, attributes.data(), UNIX_DIAG_MAX, nullptr);
    KnownSocket socket{.kind = OpenFileKind::unix_socket};
    socket.facts.protocol = found->udiag_type == SOCK_STREAM ? "UNIX-STREAM" : "UNIX";
    socket.facts.inode = Inode{found->udiag_ino};
    socket.facts.type = found->udiag_type;
    socket.facts.state = socket_state_name(found->udiag_state);
    if (nlattr* name = attributes[UNIX_DIAG_NAME])
        socket.facts.local = unix_address({static_cast<const char*>(nla_data(name)), static_cast<std::size_t>(nla_len(name))});
    if (const auto peer = attribute<std::uint32_t>(attributes[UNIX_DIAG_PEER])) socket.facts.peer_inode = Inode{*peer};
    if (const auto queues = attribute<unix_diag_rqlen>(attributes[UNIX_DIAG_RQLEN])) {
        socket.facts.receive_queue = queues->udiag_rqueue;
        socket.facts.send_queue = queues->udiag_wqueue;
    }
    add_memory(socket.facts, attributes[UNIX_DIAG_MEMINFO]);
    if (const auto file = attribute<unix_diag_vfs>(attributes[UNIX_DIAG_VFS])) {
        constexpr unsigned minor_bits = 20;  // as the kernel has a device (linux/kdev_t.h)
        socket.file_device = makedev(file->udiag_vfs_dev >> minor_bits, file->udiag_vfs_dev & ((1U << minor_bits) - 1));
        socket.file = Inode{file->udiag_vfs_ino};
    }
    auto& table = *static_cast<SocketTable*>(context);
    for (const auto client : attribute_values<std::uint32_t>(attributes[UNIX_DIAG_ICONS]))
        if (client != 0) table.add_pending(Inode{client}, socket.facts.inode);
    table.add(std::move(socket));
    return NL_OK;
}

struct InetContext {
    SocketTable* table;
    std::string protocol;
};

/// tcp_info as kernels have had it since 4.2, to the counters of bytes; what is newer is not needed (linux/tcp.h).
struct TcpTimes {
    std::array<std::uint8_t, 8> states;
    std::uint32_t rto, ato, snd_mss, rcv_mss, unacked, sacked, lost, retrans, fackets;
    std::uint32_t last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
    std::array<std::uint32_t, 10> estimates;  // path MTU to rcv_space
    std::uint32_t total_retrans;
    std::uint64_t pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
};
static_assert(offsetof(TcpTimes, last_data_sent) == offsetof(tcp_info, tcpi_last_data_sent));
static_assert(offsetof(TcpTimes, bytes_received) == 128);

void add_times(SocketFacts& facts, nlattr* info) {
    if (!info || nla_len(info) < static_cast<int>(offsetof(TcpTimes, bytes_acked))) return;
    TcpTimes times{};
    std::memcpy(&times, nla_data(info), std::min(sizeof times, static_cast<std::size_t>(nla_len(info))));
    constexpr std::uint64_t handshake = 1;  // the SYN counts as a byte
    // The times of what never was are those of the connection's beginning, or of the host's.
    if (times.bytes_acked > handshake || facts.send_queue > 0) facts.sent_ms_ago = times.last_data_sent;
    if (times.bytes_received > 0) facts.received_ms_ago = times.last_data_recv;
    if (facts.state != "SYN_SENT") facts.acknowledged_ms_ago = times.last_ack_recv;
}

/// idiag_timer, and of which of them idiag_retrans counts what had no answer (net/ipv4/inet_diag.c, inet_sk_diag_fill).
constexpr std::array inet_timers = std::to_array<const char*>({"", "retransmit", "keepalive", "time-wait", "probe"});

int on_inet(nl_msg* message, void* context) {
    const auto* found = body<inet_diag_msg>(message);
    if (!found) return NL_SKIP;
    constexpr std::uint8_t established = 1, closed_by_peer = 8;
    const bool is_accepted = found->idiag_inode != 0;
    if (!is_accepted && found->idiag_state != established && found->idiag_state != closed_by_peer) return NL_SKIP;
    const auto& [table, protocol] = *static_cast<InetContext*>(context);
    const int family = found->idiag_family;
    KnownSocket socket{OpenFileKind::inet_socket, {}};
    socket.facts.protocol = protocol;
    socket.facts.inode = Inode{found->idiag_inode};
    socket.facts.state = socket_state_name(found->idiag_state);
    socket.facts.local = inet_address(family, found->id.idiag_src, found->id.idiag_sport);
    constexpr decltype(found->id.idiag_dst) nowhere{};
    if (found->id.idiag_dport || std::memcmp(found->id.idiag_dst, nowhere, family == AF_INET ? 4 : 16) != 0)
        socket.facts.remote = inet_address(family, found->id.idiag_dst, found->id.idiag_dport);
    socket.facts.receive_queue = found->idiag_rqueue;
    socket.facts.send_queue = found->idiag_wqueue;
    if (!is_accepted) {
        table->add_unaccepted({socket.facts.protocol, socket.facts.local, socket.facts.remote, {}});
        return NL_OK;
    }
    if (found->idiag_timer < inet_timers.size()) socket.facts.timer = inet_timers[found->idiag_timer];
    if (found->idiag_timer != 0) socket.facts.retransmits = found->idiag_retrans;
    std::array<nlattr*, INET_DIAG_MAX + 1> attributes{};
    nlmsg_parse(nlmsg_hdr(message), sizeof *found, attributes.data(), INET_DIAG_MAX, nullptr);
    if (protocol.starts_with("TCP") && socket.facts.state != "LISTEN") add_times(socket.facts, attributes[INET_DIAG_INFO]);
    add_memory(socket.facts, attributes[INET_DIAG_SKMEMINFO]);
    table->add(std::move(socket));
    return NL_OK;
}

/// Messages one behind the other.
void read_inet(std::string_view answers, InetContext& context) {
    while (answers.size() >= sizeof(nlmsghdr)) {
        nlmsghdr header;
        std::memcpy(&header, answers.data(), sizeof header);
        const std::size_t length = header.nlmsg_len;
        if (length < sizeof header || length > answers.size()) return;
        std::vector<std::uint64_t> aligned((length + 7) / 8);
        std::memcpy(aligned.data(), answers.data(), length);
        if (nl_msg* message = nlmsg_convert(reinterpret_cast<nlmsghdr*>(aligned.data()))) {
            on_inet(message, &context);
            nlmsg_free(message);
        }
        answers.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(length), answers.size()));
    }
}

int on_netlink(nl_msg* message, void* context) {
    const auto* found = body<netlink_diag_msg>(message);
    if (!found) return NL_SKIP;
    KnownSocket socket{OpenFileKind::netlink_socket, {}};
    socket.facts.protocol = "NETLINK";
    socket.facts.inode = Inode{found->ndiag_ino};
    socket.facts.netlink_port = found->ndiag_portid;
    socket.facts.netlink_family = netlink_family_name(found->ndiag_protocol);
    static_cast<SocketTable*>(context)->add(std::move(socket));
    return NL_OK;
}

int on_packet(nl_msg* message, void* context) {
    const auto* found = body<packet_diag_msg>(message);
    if (!found) return NL_SKIP;
    KnownSocket socket{OpenFileKind::packet_socket, {}};
    socket.facts.protocol = "PACKET";
    socket.facts.inode = Inode{found->pdiag_ino};
    static_cast<SocketTable*>(context)->add(std::move(socket));
    return NL_OK;
}

/// One request and its answers; false: the kernel refused it.
template <typename Request>
bool ask(nl_sock* socket, const Request& request, int flags, nl_recvmsg_msg_cb_t each, void* context) {
    nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, each, context);
    Request copy = request;
    if (nl_send_simple(socket, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | flags, &copy, sizeof copy) < 0) return false;
    const int result = nl_recvmsgs_default(socket);
    return result >= 0 || result == -NLE_DUMP_INTR;
}

unix_diag_req unix_request() {
    unix_diag_req request{};
    request.sdiag_family = AF_UNIX;
    request.udiag_states = ~0U;
    request.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER | UDIAG_SHOW_ICONS | UDIAG_SHOW_RQLEN | UDIAG_SHOW_MEMINFO;
    request.udiag_cookie[0] = request.udiag_cookie[1] = ~0U;
    return request;
}

struct InetRow {
    std::uint8_t family, protocol;
    const char* name;
    bool optional;  ///< a module that many kernels leave out
};
constexpr auto inet_rows = std::to_array<InetRow>({{AF_INET, IPPROTO_TCP, "TCP", false},
                                                   {AF_INET6, IPPROTO_TCP, "TCPv6", true},
                                                   {AF_INET, IPPROTO_UDP, "UDP", false},
                                                   {AF_INET6, IPPROTO_UDP, "UDPv6", true},
                                                   {AF_INET, IPPROTO_RAW, "RAW", true},
                                                   {AF_INET6, IPPROTO_RAW, "RAWv6", true}});

}  // namespace

std::string socket_state_name(unsigned state) {
    return state < states.size() ? states[state] : std::string();
}

std::string netlink_family_name(int protocol) {
    if (protocol >= 0 && static_cast<std::size_t>(protocol) < netlink_families.size())
        return netlink_families[static_cast<std::size_t>(protocol)];
    return std::to_string(protocol);
}

std::string unix_address(std::string_view name) {
    if (name.empty()) return {};
    if (name[0] == '\0') return "@" + std::string(name.substr(1));
    return std::string(name.substr(0, name.find('\0')));
}

std::string inet_address(int family, const void* address, std::uint16_t port_in_network_order) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (!::inet_ntop(family, address, text.data(), text.size())) return {};
    const std::string port = std::to_string(ntohs(port_in_network_order));
    return family == AF_INET6 ? "[" + std::string(text.data()) + "]:" + port : std::string(text.data()) + ":" + port;
}

std::vector<std::string> dump_sockets(SocketTable& into, Inode network) {
    into.next_dump(network);
    const NetlinkSocket socket = connect_sock_diag();
    if (!socket) return {"sockets: sock_diag cannot be asked"};
    std::vector<std::string> errors;
    if (!ask(socket.get(), unix_request(), NLM_F_DUMP, on_unix, &into)) errors.emplace_back("unix sockets: the kernel has no unix_diag");
    into.bind_pending();
    for (const InetRow& row : inet_rows) {
        inet_diag_req_v2 request{};
        request.sdiag_family = row.family;
        request.sdiag_protocol = row.protocol;
        request.idiag_states = ~0U;
        request.idiag_ext = 1U << (INET_DIAG_INFO - 1) | 1U << (INET_DIAG_SKMEMINFO - 1);
        InetContext context{&into, row.name};
        if (row.protocol == IPPROTO_TCP) {
            if (const auto answers = dump_inet_in_time(request)) {
                read_inet(*answers, context);
                continue;
            }
            request.idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1);  // without their times: that takes no socket's lock
        }
        if (!ask(socket.get(), request, NLM_F_DUMP, on_inet, &context) && !row.optional)
            errors.push_back(std::string(row.name) + " sockets: the kernel has no inet_diag for them");
    }
    netlink_diag_req netlink{};
    netlink.sdiag_family = AF_NETLINK;
    netlink.sdiag_protocol = NDIAG_PROTO_ALL;
    ask(socket.get(), netlink, NLM_F_DUMP, on_netlink, &into);
    packet_diag_req packet{};
    packet.sdiag_family = AF_PACKET;
    ask(socket.get(), packet, NLM_F_DUMP, on_packet, &into);
    return errors;
}

namespace {

/// Whether nobody has made any socket, of whatever family, in the process's network namespace: most of a host's containers have made none,
/// and each of a dozen questions goes through all of the host's. Since Linux 4.16 each namespace's are counted by themselves.
bool has_no_sockets(Pid process) {
    constexpr std::string_view none = "sockets: used 0\n";
    std::array<char, none.size()> beginning;
    const OwnedFd file(::open(proc_path(process, "net/sockstat").c_str(), O_RDONLY | O_CLOEXEC));
    return file && ::read(file.get(), beginning.data(), beginning.size()) == static_cast<ssize_t>(beginning.size()) &&
           std::string_view(beginning.data(), beginning.size()) == none;
}

/// Calls `visit` in each network namespace that has sockets; gives how many could not be entered. nullopt: there is no thread for it.
/// setns() changes the calling thread alone: a thread is made for it, and ends in the last namespace that it was in.
template <typename Visit>
std::optional<std::size_t> visit_network_namespaces(const std::vector<NetworkNamespace>& namespaces, Visit visit) {
    std::size_t refused = 0;
    auto visitor = try_signal_free_thread([&] {
        for (const NetworkNamespace& one : namespaces) {
            const OwnedFd process(static_cast<int>(::syscall(SYS_pidfd_open, one.process.value, 0)));
            if (!process || has_no_sockets(one.process)) continue;
            if (::setns(process.get(), CLONE_NEWNET) == 0)
                visit(one.inode);
            else if (errno != ESRCH)
                ++refused;
        }
    });
    if (!visitor) return std::nullopt;
    visitor->join();
    return refused;
}

}  // namespace

std::vector<std::string> dump_sockets_of(const std::vector<NetworkNamespace>& namespaces, SocketTable& into) {
    if (namespaces.empty()) return {};
    struct Part {
        SocketTable table;
        std::optional<std::size_t> refused;
    };
    constexpr std::size_t worth_a_thread = 16;
    std::vector<Part> parts(workers_for(namespaces.size(), worth_a_thread));
    in_parallel(parts.size(), 1, [&](std::size_t at) {
        const auto first = namespaces.begin() + static_cast<std::ptrdiff_t>(namespaces.size() * at / parts.size());
        const auto last = namespaces.begin() + static_cast<std::ptrdiff_t>(namespaces.size() * (at + 1) / parts.size());
        parts[at].refused = visit_network_namespaces({first, last}, [&](Inode network) { dump_sockets(parts[at].table, network); });
    });
    std::size_t refused = 0, not_asked = 0;
    for (std::size_t at = 0; at < parts.size(); ++at) {
        if (parts[at].refused)
            refused += *parts[at].refused;
        else
            not_asked += namespaces.size() * (at + 1) / parts.size() - namespaces.size() * at / parts.size();
        into.merge(std::move(parts[at].table));
    }
    std::vector<std::string> gaps;
    const auto tell = [&](std::size_t number, const char* why) {
        if (number > 0) gaps.push_back("sockets of " + std::to_string(number) + " other network namespaces: " + why);
    };
    tell(not_asked, "no thread can be made to ask there");
    tell(refused, "not permitted (run as root)");
    return gaps;
}

namespace {

std::optional<KnownSocket> ask_here(Inode inode) {
    const NetlinkSocket socket = connect_sock_diag();
    if (!socket) return std::nullopt;
    unix_diag_req request = unix_request();
    request.udiag_ino = static_cast<std::uint32_t>(inode.value);
    SocketTable table;
    ask(socket.get(), request, 0, on_unix, &table);
    const KnownSocket* found = table.find(inode);
    return found ? std::optional(*found) : std::nullopt;
}

}  // namespace

std::optional<KnownSocket> ask_unix_socket(Inode inode, Pid process) {
    std::optional<KnownSocket> found = ask_here(inode);
    if (found || !process) return found;
    visit_network_namespaces({{process, {}}}, [&](Inode) { found = ask_here(inode); });
    return found;
}

}  // namespace shimtrace::host
