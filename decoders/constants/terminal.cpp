#include "decoders/constants/terminal.hpp"

namespace shimtrace::decoders {

static constexpr FlagName terminal_input_flags_rows[] = {
    {1, "IGNBRK"},    {2, "BRKINT"},    {4, "IGNPAR"},     {8, "PARMRK"},       {0x10, "INPCK"},
    {0x20, "ISTRIP"}, {0x40, "INLCR"},  {0x80, "IGNCR"},   {0x100, "ICRNL"},    {0x200, "IUCLC"},
    {0x400, "IXON"},  {0x800, "IXANY"}, {0x1000, "IXOFF"}, {0x2000, "IMAXBEL"}, {0x4000, "IUTF8"},
};
const FlagSet terminal_input_flags{"I???", terminal_input_flags_rows};

static constexpr FlagName terminal_newline_delays_rows[] = {
    {0, "NL0"},
    {0x100, "NL1"},
};
const FlagSet terminal_newline_delays{"NL???", terminal_newline_delays_rows};

static constexpr FlagName terminal_return_delays_rows[] = {
    {0, "CR0"},
    {0x200, "CR1"},
    {0x400, "CR2"},
    {0x600, "CR3"},
};
const FlagSet terminal_return_delays{"CR???", terminal_return_delays_rows};

static constexpr FlagName terminal_tab_delays_rows[] = {
    {0, "TAB0"},
    {0x800, "TAB1"},
    {0x1000, "TAB2"},
    {0x1800, "XTABS"},
};
const FlagSet terminal_tab_delays{"TAB???", terminal_tab_delays_rows};

static constexpr FlagName terminal_backspace_delays_rows[] = {
    {0, "BS0"},
    {0x2000, "BS1"},
};
const FlagSet terminal_backspace_delays{"BS???", terminal_backspace_delays_rows};

static constexpr FlagName terminal_vertical_delays_rows[] = {
    {0, "VT0"},
    {0x4000, "VT1"},
};
const FlagSet terminal_vertical_delays{"VT???", terminal_vertical_delays_rows};

static constexpr FlagName terminal_feed_delays_rows[] = {
    {0, "FF0"},
    {0x8000, "FF1"},
};
const FlagSet terminal_feed_delays{"FF???", terminal_feed_delays_rows};

static constexpr FlagName terminal_output_flags_rows[] = {
    {1, "OPOST"}, {2, "OLCUC"}, {4, "ONLCR"}, {8, "OCRNL"}, {0x10, "ONOCR"}, {0x20, "ONLRET"}, {0x40, "OFILL"}, {0x80, "OFDEL"},
};
const FlagSet terminal_output_flags{"O???", terminal_output_flags_rows};

static constexpr FlagName terminal_speeds_rows[] = {
    {0, "B0"},
    {1, "B50"},
    {2, "B75"},
    {3, "B110"},
    {4, "B134"},
    {5, "B150"},
    {6, "B200"},
    {7, "B300"},
    {8, "B600"},
    {9, "B1200"},
    {0xa, "B1800"},
    {0xb, "B2400"},
    {0xc, "B4800"},
    {0xd, "B9600"},
    {0xe, "B19200"},
    {0xf, "B38400"},
    {0x1000, "BOTHER"},
    {0x1001, "B57600"},
    {0x1002, "B115200"},
    {0x1003, "B230400"},
    {0x1004, "B460800"},
    {0x1005, "B500000"},
    {0x1006, "B576000"},
    {0x1007, "B921600"},
    {0x1008, "B1000000"},
    {0x1009, "B1152000"},
    {0x100a, "B1500000"},
    {0x100b, "B2000000"},
    {0x100c, "B2500000"},
    {0x100d, "B3000000"},
    {0x100e, "B3500000"},
    {0x100f, "B4000000"},
};
const FlagSet terminal_speeds{"B???", terminal_speeds_rows};

static constexpr FlagName terminal_sizes_rows[] = {
    {0, "CS5"},
    {0x10, "CS6"},
    {0x20, "CS7"},
    {0x30, "CS8"},
};
const FlagSet terminal_sizes{"CS???", terminal_sizes_rows};

static constexpr FlagName terminal_control_flags_rows[] = {
    {0x40, "CSTOPB"}, {0x80, "CREAD"},   {0x100, "PARENB"},      {0x200, "PARODD"},
    {0x400, "HUPCL"}, {0x800, "CLOCAL"}, {0x40000000, "CMSPAR"}, {0x80000000, "CRTSCTS"},
};
const FlagSet terminal_control_flags{"C???", terminal_control_flags_rows};

const FlagSet terminal_local_flags{
    "L???", bits("ISIG ICANON XCASE ECHO ECHOE ECHOK ECHONL NOFLSH 0x8000 IEXTEN 0x200 ECHOCTL ECHOPRT ECHOKE FLUSHO 0x4000 PENDIN 0x100 TOSTOP 0x10000 EXTPROC")};

const FlagSet terminal_disciplines{
    "N_???", numbers("N_TTY N_SLIP N_MOUSE N_PPP N_STRIP N_AX25 N_X25 N_6PACK N_MASC N_R3964 N_PROFIBUS_FDL N_IRDA N_SMSBLOCK N_HDLC N_SYNC_PPP N_HCI "
                     "N_GIGASET_M101 N_SLCAN N_PPS N_V253 N_CAIF N_GSM0710 N_TI_WL N_TRACESINK N_TRACEROUTER N_NCI N_SPEAKUP N_NULL")};

const FlagSet terminal_characters{
    "", numbers("VINTR VQUIT VERASE VKILL VEOF VTIME VMIN VSWTC VSTART VSTOP VSUSP VEOL VREPRINT VDISCARD VWERASE VLNEXT VEOL2")};
const FlagSet terminal_flow{"TC???", numbers("TCOOFF TCOON TCIOFF TCION")};
const FlagSet terminal_flushes{"TC???", numbers("TCIFLUSH TCOFLUSH TCIOFLUSH")};

}  // namespace shimtrace::decoders
