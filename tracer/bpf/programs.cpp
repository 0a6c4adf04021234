#include "tracer/bpf/programs.hpp"

#include "tracer/bpf/kernel_types.hpp"
#include "tracer/bpf/open_files.hpp"
#include "tracer/bpf/tasks.hpp"

#include <cstdlib>
#include <string_view>
#include <vector>

namespace shimtrace::bpf {

const Programs& programs() {
    // The kernel's types are megabytes: they are read once for all, and not kept.
    static const Programs made = [] {
        std::vector<std::string_view> names;
        for (const auto& wanted : {names_for_open_files(), names_for_tasks()}) names.insert(names.end(), wanted.begin(), wanted.end());
        const auto types = KernelTypes::read(names);
        if (!types) return Programs{};
        return Programs{.open_files = compile_open_files(*types),
                        .processes = compile_tasks(*types, Tasks::first_threads),
                        .threads = compile_tasks(*types, Tasks::threads)};
    }();
    return made;
}

bool is_wanted() {
    const char* const unwanted = std::getenv("SHIMTRACE_NO_BPF");
    return unwanted == nullptr || *unwanted == '\0';
}

}  // namespace shimtrace::bpf
