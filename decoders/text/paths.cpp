#include "decoders/text/paths.hpp"

namespace shimtrace::text {

bool lies_in(std::string_view path, std::string_view directory) {
    if (directory.empty()) return false;
    while (directory.ends_with('/')) directory.remove_suffix(1);
    return path.starts_with(directory) && (path.size() == directory.size() ? !path.empty() : path[directory.size()] == '/');
}

}  // namespace shimtrace::text
