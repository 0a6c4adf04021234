#include "decoders/syscalls/named_processes.hpp"

#include "decoders/syscalls/render.hpp"

#include <algorithm>

namespace shimtrace::decoders {

std::vector<std::int32_t> named_processes(const Event& enter, const Event* exit) {
    std::vector<std::int32_t> named;
    RenderStyle style;
    style.pid_comms = true;
    RenderScope scope;
    scope.task = [&](Tid tid) -> const TaskInfo* {
        if (tid != enter.tid && std::ranges::find(named, tid.value) == named.end()) named.push_back(tid.value);
        return nullptr;
    };
    exit ? render_call(enter, *exit, style, scope) : render_entry(enter, style, scope);
    return named;
}

}  // namespace shimtrace::decoders
