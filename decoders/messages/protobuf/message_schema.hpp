// Protobuf messages described as rows: field number, name, kind. Services put their messages and methods together from these.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace shimtrace::protobuf {

enum class FieldKind : std::uint8_t {
    string,
    bytes,
    number,         ///< uint32, uint64
    signed_number,  ///< int32, int64
    boolean,
    enumeration,  ///< named by FieldSchema::names
    message,
    timestamp,   ///< google.protobuf.Timestamp
    any,         ///< google.protobuf.Any
    string_map,  ///< map<string, string>
    secret,      ///< what must not be shown (a registry's credentials): its size alone
};

struct MessageSchema;

struct FieldSchema {
    std::uint32_t number;
    std::string_view name;
    FieldKind kind;
    const MessageSchema* message = nullptr;
    bool repeated = false;
    std::span<const std::string_view> names = {};  ///< enumeration: by number
};

struct MessageSchema {
    std::string_view name;
    std::span<const FieldSchema> fields;
};

struct MethodSchema {
    std::string_view service;
    std::string_view method;
    const MessageSchema* request;
    const MessageSchema* response;
};

/// What an Any of that type holds (its full name, without host); nullptr: not known.
using FindType = const MessageSchema*(std::string_view type);

}  // namespace shimtrace::protobuf
