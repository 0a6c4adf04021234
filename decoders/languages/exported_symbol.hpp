// Where a loaded library has what it exports under a name. Pure.
#pragma once

#include "decoders/languages/threads.hpp"

namespace shimtrace::languages {

/// `base`: where its file's beginning is mapped. 64-bit libraries with a GNU hash table, which all that are linked today have.
std::optional<std::uint64_t> exported_symbol(const Words& words, std::uint64_t base, std::string_view name);

}  // namespace shimtrace::languages
