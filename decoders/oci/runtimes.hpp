// The OCI runtimes that are known, one row each: how its program is recognised, where its state of a container lies and in which form, how
// its command line reads, and how its commands are spelled.
#pragma once

#include "decoders/oci/runtime_state.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace shimtrace::oci {

/// What the value of an option is, as far as anybody asks.
enum class OptionMeaning : std::uint8_t { other, root, log, bundle, pid_file, console_socket, process_file };

/// An option that takes a value; its name is without dashes.
struct ValueOption {
    std::string_view name;
    OptionMeaning meaning = OptionMeaning::other;
};

struct Runtime {
    std::string_view name;                       ///< as a command spells it
    std::span<const std::string_view> programs;  ///< what its executable is called, too
    std::string_view init_name;                  ///< how the name of its init begins, as long as that is not yet the container's program
    std::span<const std::string_view> roots;     ///< its usual --root, by default; in $XDG_RUNTIME_DIR it has the runtime's name
    std::string_view mark;                       ///< a file of ROOT/ID that tells whose state it is; empty: it has no such directory
    std::string_view state_file;                 ///< ROOT/ID/…
    StateForm state;
    std::span<const ValueOption> global_options;   ///< before the subcommand
    std::span<const ValueOption> command_options;  ///< after it; of all subcommands: no name means two things
    std::string_view cgroup_file = {};             ///< of ROOT/ID, where its state does not tell the cgroup …
    std::string_view cgroup_in_file = {};          ///< … and where it stands there: a JSON pointer
    bool has_sandbox = false;  ///< brings a kernel of its own: its state is ROOT/ID_sandbox:SANDBOX.state, and tells the pid of that kernel
};

/// Which runtime's state of which container a file of ROOT is, where states do not lie in directories of their own.
struct FlatState {
    const Runtime* runtime;
    std::string_view id, sandbox;
};
std::optional<FlatState> flat_state(std::string_view file);

/// In the order in which their marks are looked for.
std::span<const Runtime> runtimes();

/// By the name of an executable, without its directory; nullptr: it is none's.
const Runtime* runtime_of_program(std::string_view program);
/// By its name; runc's where that is not known.
const Runtime& runtime_named(std::string_view name);

/// The subcommands that a container's life has.
bool is_runtime_operation(std::string_view word);

}  // namespace shimtrace::oci
