#include "tracer/session/version.hpp"

#include <shimtrace_commit.hpp>  // made by each build: tracer/Version.cmake

namespace shimtrace::session {

std::string_view version() {
    return SHIMTRACE_VERSION;
}

std::string_view commit() {
    return SHIMTRACE_COMMIT;
}

std::string writer_name() {
    return "shimtrace " SHIMTRACE_VERSION;
}

}  // namespace shimtrace::session
