// The messages of the services that shims and containerd speak, as rows: field number, name, kind. From containerd's
// api/runtime/task/{v2,v3}, api/runtime/sandbox/v1, api/services/ttrpc/events/v1, api/events and api/types.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace shimtrace::ttrpc {

enum class FieldKind : std::uint8_t {
    string,
    bytes,
    number,         ///< uint32, uint64
    signed_number,  ///< int32, int64
    boolean,
    task_status,  ///< containerd.v1.types.Status
    message,
    timestamp,   ///< google.protobuf.Timestamp
    any,         ///< google.protobuf.Any
    string_map,  ///< map<string, string>
};

struct MessageSchema;

struct FieldSchema {
    std::uint32_t number;
    std::string_view name;
    FieldKind kind;
    const MessageSchema* message = nullptr;
    bool repeated = false;
};

struct MessageSchema {
    std::string_view name;
    std::span<const FieldSchema> fields;
};

struct MethodSchema {
    std::string_view service;  ///< its short name: "Task"
    std::string_view method;
    const MessageSchema* request;
    const MessageSchema* response;
};

/// "containerd.task.v3.Task" and "containerd.task.v2.Task" are both "Task". nullptr: not known.
const MethodSchema* find_method(std::string_view service, std::string_view method);

/// What an Any holds, by its type's full name without host. nullptr: not known.
const MessageSchema* find_type(std::string_view type_url);

/// The last component of a service's or a type's name.
std::string_view short_name(std::string_view name);

/// "CREATED" …; empty: no such number.
std::string_view task_status_name(std::uint64_t number);
/// google.rpc.Code's name; empty: no such number.
std::string_view status_code_name(std::int64_t code);

extern const MessageSchema request_schema, response_schema;

}  // namespace shimtrace::ttrpc
