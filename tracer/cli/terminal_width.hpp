// What the terminal is that is written to, if it is one.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace shimtrace::cli {

/// Columns: COLUMNS, else what the terminal says; between 60 and 200. nullopt: the descriptor is no terminal.
std::optional<std::size_t> terminal_width(int descriptor);

/// Whether what is written there has colours. `wish`: --color's word; under `auto` a terminal has, unless NO_COLOR says something.
bool shows_color(std::string_view wish, int descriptor);

/// Of COLUMNS (null: not set) and the terminal's own answer (0: none). Pure.
std::size_t chosen_width(const char* columns, std::size_t terminal);

}  // namespace shimtrace::cli
