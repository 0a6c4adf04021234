// Processes, descriptors and amounts in words. Names that come from a container are made printable here.
#pragma once

#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/diagnosis/graph/indexed_snapshot.hpp"
#include "tracer/diagnosis/graph/node_key.hpp"

#include <string>
#include <string_view>

namespace shimtrace::diagnosis {

using text::printable;
/// How much of a path or a name is shown in a line.
constexpr std::size_t most_shown = 200;

/// "shim", "reader" … for a culprit or target: the part it plays.
std::string role_word(const Process& process);
/// "c1 init yes[812]", "shim[790]", "runc create[5120]", "ctr[5205]".
std::string who(const Process& process);
/// "nginx[1234] thread 1240"; of its first thread "nginx[1234]".
std::string who(const Process& process, const Thread& thread);
/// The same for a pid that may be gone.
std::string who(const Facts& facts, Pid pid);

/// "stdout", "stderr", "stdin"; empty for other roles.
std::string_view stream_word(OpenFileRole role);
/// "stdout pipe", "…/c1-stdout", "pipe:[8191]", "127.0.0.1:5432", "/run/systemd/private".
std::string what(const OpenFile& target);
/// "65536 of 65536 bytes"; empty where it could not be asked.
std::string fill_words(const Pipe* pipe);
/// A path of which the beginning may be left out: ".../c1-stdout".
std::string short_path(std::string_view path, std::size_t most = 48);

/// A node's label in the graph.
std::string label(const Facts& facts, const NodeKey& subject);
/// "writes", "waits for child" …: an edge's word in the chain.
std::string_view word(WaitKind kind);

}  // namespace shimtrace::diagnosis
