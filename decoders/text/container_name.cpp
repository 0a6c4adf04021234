#include "decoders/text/container_name.hpp"

namespace shimtrace::text {

namespace {

/// With the id beside it; empty: it has no name.
std::string named(const ContainerRef& container) {
    if (container.name.empty() || container.name == container.id) return container.name;
    return container.name + " (" + std::string(short_id(container.id)) + ")";
}

}  // namespace

std::string container_name(const ContainerRef& container) {
    return container.ns.empty() ? container.id : container.ns + "/" + container.id;
}

std::string given_name(const ContainerFiles& files) {
    if (files.pod.empty()) return files.engine_name.empty() ? files.name : files.engine_name;
    std::string name = files.pod_namespace.empty() ? files.pod : files.pod_namespace + "/" + files.pod;
    if (!files.name.empty()) name += "/" + files.name;
    return name;
}

std::string_view short_id(std::string_view id) {
    constexpr std::size_t as_docker_shows = 12;
    return id.substr(0, as_docker_shows);
}

std::string container_words(const ContainerRef& container) {
    std::string words = named(container);
    return words.empty() ? container_name(container) : words;
}

std::string container_label(const ContainerRef& container) {
    std::string words = named(container);
    return words.empty() ? container.id : words;
}

}  // namespace shimtrace::text
