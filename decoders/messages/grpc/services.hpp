// The methods that containerd serves over gRPC, as rows: the container runtime interface and containerd's own services. From
// k8s.io/cri-api's runtime/v1/api.proto and containerd's api/services: those fields that say what a call is about; others by number.
#pragma once

#include "decoders/messages/protobuf/message_schema.hpp"

#include <string_view>

namespace shimtrace::grpc {

/// "runtime.v1.RuntimeService/StopContainer"; runtime.v1alpha2 is the same. nullptr: not known.
const protobuf::MethodSchema* find_method(std::string_view path);

/// Calls that last as long as what they wait for, or for as long as their client listens.
bool is_lasting(std::string_view path);

}  // namespace shimtrace::grpc
