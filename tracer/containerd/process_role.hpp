// Who a process is by its own facts and its parent's (roles.hpp: process_role), without the files' testimony; and the signs of that.
#pragma once

#include "tracer/containerd/command_line.hpp"

#include <shimtrace/snapshot.hpp>

#include <optional>
#include <string_view>

namespace shimtrace::containerd {

/// Deeper in pid namespaces than `other`, or in another mount namespace: already inside a container.
bool is_inside(const Process& process, const Process& other);

/// Its virtual machine (sandbox) or file server (gofer), by the beginning of its program's name; none.
ProcessRole kata_role(const Process& process);

bool is_kata_shim(const Process& process);

/// Some word of its command line has the id, and not as a part of a longer name: "sandbox-ID,debug-threads=on", "/run/vc/vm/ID/clh.sock".
bool has_id_in_words(const Process& process, std::string_view id);

/// A shim or a runtime has called it as a runtime: the runtime itself, or a script that stands in its place.
std::optional<RuntimeCommand> called_command(const Process& process);

/// By its executable's name, or by arguments that only a shim has: then it is called as it calls itself.
bool is_shim(const Process& process);

/// A runtime, a shim, a daemon or a client, by its program's name alone.
bool has_containers_name(std::string_view program);

}  // namespace shimtrace::containerd
