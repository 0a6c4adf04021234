// The messages of the services that shims and containerd speak, as rows: field number, name, kind. From containerd's
// api/runtime/task/{v2,v3}, api/runtime/sandbox/v1, api/services/ttrpc/events/v1, api/events and api/types.
#pragma once

#include "decoders/messages/protobuf/message.hpp"
#include "decoders/messages/protobuf/message_schema.hpp"

#include <string_view>

namespace shimtrace::ttrpc {

using protobuf::FieldKind;
using protobuf::FieldSchema;
using protobuf::MessageSchema;
using protobuf::MethodSchema;
using protobuf::short_name;

/// "containerd.task.v3.Task" and "containerd.task.v2.Task" are both "Task". nullptr: not known.
const MethodSchema* find_method(std::string_view service, std::string_view method);

/// What an Any holds, by its type's full name without host. nullptr: not known.
const MessageSchema* find_type(std::string_view type);

extern const MessageSchema request_schema, response_schema;

}  // namespace shimtrace::ttrpc
