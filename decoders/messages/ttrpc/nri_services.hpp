// What NRI's plugins and runtimes ask of each other: containerd/nri's pkg/api/api.proto, nri.pkg.api.v1alpha1.
#pragma once

#include "decoders/messages/protobuf/message_schema.hpp"

#include <span>

namespace shimtrace::ttrpc {

extern const std::span<const protobuf::MethodSchema> nri_methods;

}  // namespace shimtrace::ttrpc
