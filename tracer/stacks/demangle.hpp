// Symbols' names as their programmers wrote them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::stacks {

/// C++ (Itanium), Rust (legacy and v0); any other name, and one that is not well-formed, comes back as it is.
std::string demangle(const std::string& name);

/// Rust's v0 mangling, RFC 2603: "_RNvC6my_app4main" → "my_app::main", crates' hashes left out. nullopt: it is none, or its text would be
/// longer than a few thousand bytes.
std::optional<std::string> demangle_rust(std::string_view name);

}  // namespace shimtrace::stacks
