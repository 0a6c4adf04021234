// A word of a command that people are told to type.
#pragma once

#include <string>
#include <string_view>

namespace shimtrace::text {

/// As a shell reads it back, byte for byte: plain where it may be, otherwise in single quotes; where it holds what may not be shown (see
/// printable), as $'…' with escapes, which bash, zsh and ksh read. So the result can be shown as it is. A word that a program would take
/// for an option stays one: quotes do not help against that.
std::string shell_quoted(std::string_view word);

}  // namespace shimtrace::text
