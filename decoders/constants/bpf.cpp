#include "decoders/constants/process.hpp"

namespace shimtrace::decoders {

static constexpr FlagName bpf_map_types_rows[] = {
    {0, "BPF_MAP_TYPE_UNSPEC"},
    {1, "BPF_MAP_TYPE_HASH"},
    {2, "BPF_MAP_TYPE_ARRAY"},
    {3, "BPF_MAP_TYPE_PROG_ARRAY"},
    {4, "BPF_MAP_TYPE_PERF_EVENT_ARRAY"},
    {5, "BPF_MAP_TYPE_PERCPU_HASH"},
    {6, "BPF_MAP_TYPE_PERCPU_ARRAY"},
    {7, "BPF_MAP_TYPE_STACK_TRACE"},
    {8, "BPF_MAP_TYPE_CGROUP_ARRAY"},
    {9, "BPF_MAP_TYPE_LRU_HASH"},
    {0xa, "BPF_MAP_TYPE_LRU_PERCPU_HASH"},
    {0xb, "BPF_MAP_TYPE_LPM_TRIE"},
    {0xc, "BPF_MAP_TYPE_ARRAY_OF_MAPS"},
    {0xd, "BPF_MAP_TYPE_HASH_OF_MAPS"},
    {0xe, "BPF_MAP_TYPE_DEVMAP"},
    {0xf, "BPF_MAP_TYPE_SOCKMAP"},
    {0x10, "BPF_MAP_TYPE_CPUMAP"},
    {0x11, "BPF_MAP_TYPE_XSKMAP"},
    {0x12, "BPF_MAP_TYPE_SOCKHASH"},
    {0x13, "BPF_MAP_TYPE_CGROUP_STORAGE"},
    {0x14, "BPF_MAP_TYPE_REUSEPORT_SOCKARRAY"},
    {0x15, "BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE"},
    {0x16, "BPF_MAP_TYPE_QUEUE"},
    {0x17, "BPF_MAP_TYPE_STACK"},
    {0x18, "BPF_MAP_TYPE_SK_STORAGE"},
    {0x19, "BPF_MAP_TYPE_DEVMAP_HASH"},
    {0x1a, "BPF_MAP_TYPE_STRUCT_OPS"},
    {0x1b, "BPF_MAP_TYPE_RINGBUF"},
    {0x1c, "BPF_MAP_TYPE_INODE_STORAGE"},
    {0x1d, "BPF_MAP_TYPE_TASK_STORAGE"},
    {0x1e, "BPF_MAP_TYPE_BLOOM_FILTER"},
    {0x1f, "BPF_MAP_TYPE_USER_RINGBUF"},
    {0x20, "BPF_MAP_TYPE_CGRP_STORAGE"},
    {0x21, "BPF_MAP_TYPE_ARENA"},
};
const FlagSet bpf_map_types{"BPF_MAP_TYPE_???", bpf_map_types_rows};

static constexpr FlagName bpf_program_types_rows[] = {
    {0, "BPF_PROG_TYPE_UNSPEC"},
    {1, "BPF_PROG_TYPE_SOCKET_FILTER"},
    {2, "BPF_PROG_TYPE_KPROBE"},
    {3, "BPF_PROG_TYPE_SCHED_CLS"},
    {4, "BPF_PROG_TYPE_SCHED_ACT"},
    {5, "BPF_PROG_TYPE_TRACEPOINT"},
    {6, "BPF_PROG_TYPE_XDP"},
    {7, "BPF_PROG_TYPE_PERF_EVENT"},
    {8, "BPF_PROG_TYPE_CGROUP_SKB"},
    {9, "BPF_PROG_TYPE_CGROUP_SOCK"},
    {0xa, "BPF_PROG_TYPE_LWT_IN"},
    {0xb, "BPF_PROG_TYPE_LWT_OUT"},
    {0xc, "BPF_PROG_TYPE_LWT_XMIT"},
    {0xd, "BPF_PROG_TYPE_SOCK_OPS"},
    {0xe, "BPF_PROG_TYPE_SK_SKB"},
    {0xf, "BPF_PROG_TYPE_CGROUP_DEVICE"},
    {0x10, "BPF_PROG_TYPE_SK_MSG"},
    {0x11, "BPF_PROG_TYPE_RAW_TRACEPOINT"},
    {0x12, "BPF_PROG_TYPE_CGROUP_SOCK_ADDR"},
    {0x13, "BPF_PROG_TYPE_LWT_SEG6LOCAL"},
    {0x14, "BPF_PROG_TYPE_LIRC_MODE2"},
    {0x15, "BPF_PROG_TYPE_SK_REUSEPORT"},
    {0x16, "BPF_PROG_TYPE_FLOW_DISSECTOR"},
    {0x17, "BPF_PROG_TYPE_CGROUP_SYSCTL"},
    {0x18, "BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE"},
    {0x19, "BPF_PROG_TYPE_CGROUP_SOCKOPT"},
    {0x1a, "BPF_PROG_TYPE_TRACING"},
    {0x1b, "BPF_PROG_TYPE_STRUCT_OPS"},
    {0x1c, "BPF_PROG_TYPE_EXT"},
    {0x1d, "BPF_PROG_TYPE_LSM"},
    {0x1e, "BPF_PROG_TYPE_SK_LOOKUP"},
    {0x1f, "BPF_PROG_TYPE_SYSCALL"},
    {0x20, "BPF_PROG_TYPE_NETFILTER"},
};
const FlagSet bpf_program_types{"BPF_PROG_TYPE_???", bpf_program_types_rows};

static constexpr FlagName bpf_attach_types_rows[] = {
    {0, "BPF_CGROUP_INET_INGRESS"},
    {1, "BPF_CGROUP_INET_EGRESS"},
    {2, "BPF_CGROUP_INET_SOCK_CREATE"},
    {3, "BPF_CGROUP_SOCK_OPS"},
    {4, "BPF_SK_SKB_STREAM_PARSER"},
    {5, "BPF_SK_SKB_STREAM_VERDICT"},
    {6, "BPF_CGROUP_DEVICE"},
    {7, "BPF_SK_MSG_VERDICT"},
    {8, "BPF_CGROUP_INET4_BIND"},
    {9, "BPF_CGROUP_INET6_BIND"},
    {0xa, "BPF_CGROUP_INET4_CONNECT"},
    {0xb, "BPF_CGROUP_INET6_CONNECT"},
    {0xc, "BPF_CGROUP_INET4_POST_BIND"},
    {0xd, "BPF_CGROUP_INET6_POST_BIND"},
    {0xe, "BPF_CGROUP_UDP4_SENDMSG"},
    {0xf, "BPF_CGROUP_UDP6_SENDMSG"},
};
const FlagSet bpf_attach_types{"BPF_???", bpf_attach_types_rows};

static constexpr FlagName bpf_attach_flags_rows[] = {
    {1, "BPF_F_ALLOW_OVERRIDE"},
    {2, "BPF_F_ALLOW_MULTI"},
    {4, "BPF_F_REPLACE"},
};
const FlagSet bpf_attach_flags{"BPF_F_???", bpf_attach_flags_rows};

}  // namespace shimtrace::decoders
