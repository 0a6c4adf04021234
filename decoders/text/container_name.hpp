// A container as people name it.
#pragma once

#include <shimtrace/snapshot.hpp>

#include <string>
#include <string_view>

namespace shimtrace::text {

/// "k8s.io/4f1b", or the id alone where the namespace is not known. Not made printable: it is what TARGET takes.
std::string container_name(const ContainerRef& container);

/// What people call it: "prod/web-1/app", "prod/web-1" for the pod's sandbox, or the name that docker, podman or nerdctl gave it. Empty:
/// nobody has given it a name.
std::string given_name(const ContainerFiles& files);

/// As much of an id as tells it from all others.
std::string_view short_id(std::string_view id);

/// In words: "prod/web-1/app (4f1b2c3d4e5f)"; where nobody has given it a name, as container_name. Not made printable.
std::string container_words(const ContainerRef& container);
/// The same without the namespace of what has no name.
std::string container_label(const ContainerRef& container);

}  // namespace shimtrace::text
