// Names of the constants of terminals.
#pragma once

#include "decoders/constants/flag_set.hpp"

namespace shimtrace::decoders {

extern const FlagSet terminal_input_flags;
extern const FlagSet terminal_newline_delays;
extern const FlagSet terminal_return_delays;
extern const FlagSet terminal_tab_delays;
extern const FlagSet terminal_backspace_delays;
extern const FlagSet terminal_vertical_delays;
extern const FlagSet terminal_feed_delays;
extern const FlagSet terminal_output_flags;
extern const FlagSet terminal_speeds;
extern const FlagSet terminal_sizes;
extern const FlagSet terminal_control_flags;
extern const FlagSet terminal_local_flags;
extern const FlagSet terminal_disciplines, terminal_characters, terminal_flow, terminal_flushes;

}  // namespace shimtrace::decoders
