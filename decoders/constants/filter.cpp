#include "decoders/constants/filter.hpp"

namespace shimtrace::decoders {

static constexpr FlagName filter_classes_rows[] = {
    {0, "BPF_LD"},
    {1, "BPF_LDX"},
    {2, "BPF_ST"},
    {3, "BPF_STX"},
    {4, "BPF_ALU"},
    {5, "BPF_JMP"},
    {6, "BPF_RET"},
    {7, "BPF_MISC"},
};
const FlagSet filter_classes{"BPF_???", filter_classes_rows};

static constexpr FlagName filter_sizes_rows[] = {
    {0, "BPF_W"},
    {8, "BPF_H"},
    {0x10, "BPF_B"},
};
const FlagSet filter_sizes{"BPF_???", filter_sizes_rows};

static constexpr FlagName filter_modes_rows[] = {
    {0, "BPF_IMM"},
    {0x20, "BPF_ABS"},
    {0x40, "BPF_IND"},
    {0x60, "BPF_MEM"},
    {0x80, "BPF_LEN"},
    {0xa0, "BPF_MSH"},
};
const FlagSet filter_modes{"BPF_???", filter_modes_rows};

static constexpr FlagName filter_sources_rows[] = {
    {0, "BPF_K"},
    {8, "BPF_X"},
};
const FlagSet filter_sources{"BPF_???", filter_sources_rows};

static constexpr FlagName filter_arithmetic_rows[] = {
    {0, "BPF_ADD"},
    {0x10, "BPF_SUB"},
    {0x20, "BPF_MUL"},
    {0x30, "BPF_DIV"},
    {0x40, "BPF_OR"},
    {0x50, "BPF_AND"},
    {0x60, "BPF_LSH"},
    {0x70, "BPF_RSH"},
    {0x80, "BPF_NEG"},
    {0x90, "BPF_MOD"},
    {0xa0, "BPF_XOR"},
};
const FlagSet filter_arithmetic{"BPF_???", filter_arithmetic_rows};

static constexpr FlagName filter_jumps_rows[] = {
    {0, "BPF_JA"},
    {0x10, "BPF_JEQ"},
    {0x20, "BPF_JGT"},
    {0x30, "BPF_JGE"},
    {0x40, "BPF_JSET"},
};
const FlagSet filter_jumps{"BPF_???", filter_jumps_rows};

static constexpr FlagName filter_returns_rows[] = {
    {0, "BPF_K"},
    {8, "BPF_X"},
    {0x10, "BPF_A"},
};
const FlagSet filter_returns{"BPF_???", filter_returns_rows};

static constexpr FlagName filter_transfers_rows[] = {
    {0, "BPF_TAX"},
    {0x80, "BPF_TXA"},
};
const FlagSet filter_transfers{"BPF_???", filter_transfers_rows};

const FlagSet filter_ancillary{"SKF_AD_???", numbers("SKF_AD_PROTOCOL 4 SKF_AD_PKTTYPE 8 SKF_AD_IFINDEX 0xc SKF_AD_NLATTR 0x10 SKF_AD_NLATTR_NEST 0x14 SKF_AD_MARK 0x18 "
                 "SKF_AD_QUEUE 0x1c SKF_AD_HATYPE 0x20 SKF_AD_RXHASH 0x24 SKF_AD_CPU 0x28 SKF_AD_ALU_XOR_X 0x2c SKF_AD_VLAN_TAG 0x30 "
                 "SKF_AD_VLAN_TAG_PRESENT 0x34 SKF_AD_PAY_OFFSET 0x38 SKF_AD_RANDOM 0x3c SKF_AD_VLAN_TPID")};

}  // namespace shimtrace::decoders
