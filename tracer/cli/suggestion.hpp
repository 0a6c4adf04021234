// What a mistyped word was probably meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace shimtrace::cli {

/// How many letters have to be put in, left out, changed or swapped with their neighbour to make the one word of the other.
std::size_t typing_distance(std::string_view one, std::string_view other);

/// The candidate that is nearest to what was typed: a slip or two away, or begun by it; empty: none is, or two are as near.
std::string_view meant_by(std::string_view typed, std::span<const std::string> candidates);

}  // namespace shimtrace::cli
