// What the terminal is that is written to, if it is one.
#pragma once

#include <cstddef>
#include <optional>

namespace shimtrace::cli {

/// Columns: COLUMNS, else what the terminal says; between 60 and 200. nullopt: the descriptor is no terminal.
std::optional<std::size_t> terminal_width(int descriptor);

/// Of COLUMNS (null: not set) and the terminal's own answer (0: none). Pure.
std::size_t chosen_width(const char* columns, std::size_t terminal);

}  // namespace shimtrace::cli
