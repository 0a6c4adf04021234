// What is taken out of a snapshot before it leaves its host: arguments that look like secrets.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace shimtrace::session {

/// A command line with what looks like a secret replaced: "--password=…", what follows "--token", "KEY=…" of such a name, the password in a
/// URL, a JWT, a private key. `count`: how many were.
std::vector<std::string> without_secrets(std::vector<std::string> arguments, std::size_t& count);

/// In every command line; so many were replaced. Of environments a snapshot has from the beginning no more than what tells whose a process
/// is.
std::size_t redact(Snapshot& snapshot);

}  // namespace shimtrace::session
