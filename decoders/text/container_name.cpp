#include "decoders/text/container_name.hpp"

namespace shimtrace::text {

std::string container_name(const ContainerRef& container) {
    return container.ns.empty() ? container.id : container.ns + "/" + container.id;
}

}  // namespace shimtrace::text
