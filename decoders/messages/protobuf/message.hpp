// A protobuf message's bytes as fields by name.
#pragma once

#include "decoders/messages/protobuf/message_schema.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::protobuf {

/// One field that was on the wire. `text` is the value as people write it, strings without quotes, as raw as they came.
struct Field {
    std::string name;
    FieldKind kind{};
    std::string text;
    std::uint64_t number = 0;   ///< numbers, booleans, enumerations
    std::vector<Field> fields;  ///< message, any (as far as its type is known), string_map
};

/// Fields of `bytes` by `schema`; unknown ones are named "#NUMBER". `error` is set where the bytes are no such message; the fields before
/// that place stand. Bounded: depth 8, 1000 fields, 4096 bytes a string.
struct DecodedMessage {
    std::vector<Field> fields;
    std::string error;
};
DecodedMessage decode(std::string_view bytes, const MessageSchema& schema, FindType* find_type = nullptr);

/// The first field of that name; nullptr: none.
const Field* find(const std::vector<Field>& fields, std::string_view name);

/// `{id:"c1" signal:9}`; strings quoted, control and non-ASCII bytes escaped, each at most `most_string` bytes. Empty fields: "".
std::string render(const std::vector<Field>& fields, std::size_t most_string = 256);

/// A name from the wire, where no schema vouches for it: quoted unless it is plain.
std::string safe_name(std::string_view name);
/// The last component of a service's or a type's name.
std::string_view short_name(std::string_view name);
/// A type URL's type, without its host.
std::string_view type_name(std::string_view type_url);

}  // namespace shimtrace::protobuf
