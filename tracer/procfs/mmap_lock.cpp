#include "tracer/procfs/mmap_lock.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace shimtrace::host {

bool may_hold_mmap_lock(const std::vector<SharedText>& stack) {
    constexpr auto words = std::to_array<std::string_view>({"mmap", "munmap", "mprotect", "mremap", "madvise", "rwsem_down", "fault"});
    return std::ranges::any_of(stack, [&](const std::string& function) {
        return std::ranges::any_of(words, [&](std::string_view word) { return function.find(word) != std::string::npos; });
    });
}

void note_locked(ReadErrors& errors, Pid pid, const char* what, bool asked) {
    errors.add(std::string(what) + " of process " + std::to_string(pid.value) +
               (asked ? ": no answer in time, its memory map is locked or a page of it does not come"
                      : ": not asked, its memory map may be locked"));
}

}  // namespace shimtrace::host
