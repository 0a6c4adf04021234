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

const FlagSet terminal_speeds{"B???", numbers("B0 B50 B75 B110 B134 B150 B200 B300 B600 B1200 B1800 B2400 B4800 B9600 B19200 B38400 0x1000 BOTHER B57600 B115200 "
                 "B230400 B460800 B500000 B576000 B921600 B1000000 B1152000 B1500000 B2000000 B2500000 B3000000 B3500000 B4000000")};

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
