// Reading typed values out of a parsed document, and saying where a value of another type stands.
#pragma once

#include "decoders/oci/strict_json.hpp"

#include <string>
#include <string_view>

namespace shimtrace::oci {

enum class JsonKind : std::uint8_t { string, boolean, integer, unsigned_integer, number, array, object };

/// "a string", "an integer" …
std::string_view name_of(JsonKind kind);
/// What a value is, in the same words; "null" for null.
std::string_view kind_name(const Json& value);
bool is_kind(const Json& value, JsonKind kind);

/// nullptr: the pointer leads to nothing (or to null, which Go's encoding/json treats the same).
const Json* find(const Json& document, std::string_view pointer);

/// The value's text, or empty where there is none or it is no string.
std::string string_at(const Json& document, std::string_view pointer);

/// An error at the value that `pointer` names.
JsonError error_at_pointer(std::string_view text, std::string_view pointer, std::string message);

}  // namespace shimtrace::oci
