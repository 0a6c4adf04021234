#include "tracer/stacks/demangle.hpp"

#include <cxxabi.h>
#include <cstdlib>

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_mangled = 4096;

std::optional<std::string> demangle_itanium(const std::string& name) {
    int status = 0;
    char* const readable = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
    std::optional<std::string> result;
    if (status == 0 && readable != nullptr) result = readable;
    std::free(readable);
    return result;
}

/// Rust's legacy mangling is C++'s, with a hash at its end: "core::fmt::write::h0123456789abcdef".
void drop_legacy_rust_hash(std::string& name) {
    constexpr std::size_t hash = 19;
    if (name.size() > hash && name.compare(name.size() - hash, 3, "::h") == 0 &&
        name.find_first_not_of("0123456789abcdef", name.size() - hash + 3) == std::string::npos) {
        name.resize(name.size() - hash);
    }
}

}  // namespace

std::string demangle(const std::string& name) {
    if (name.size() > most_mangled) return name;
    if (name.starts_with("_R")) return demangle_rust(name).value_or(name);
    if (!name.starts_with("_Z")) return name;
    std::string readable = demangle_itanium(name).value_or(name);
    drop_legacy_rust_hash(readable);
    return readable;
}

}  // namespace shimtrace::stacks
