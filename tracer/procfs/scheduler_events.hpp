// sched_switch and sched_waking of the whole host, as perf events tell them: nothing is stopped, and tracefs, where their numbers stand, is
// looked into without being mounted anywhere.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/scheduling.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace shimtrace::host {

/// Where a field of a tracepoint's record lies.
struct RecordField {
    std::size_t offset = 0, size = 0;
};
/// In events/SYSTEM/NAME/format; nullopt: there is none of that name.
std::optional<RecordField> parse_record_field(std::string_view format, std::string_view name);

class SchedulerEvents {
public:
    /// From now on they are kept, as far as there is room. Errors: not permitted, not in this kernel, not from a nested pid namespace.
    static Result<std::unique_ptr<SchedulerEvents>> open();
    virtual ~SchedulerEvents() = default;
    /// All since the last time; nullopt: nothing was.
    virtual std::optional<Scheduling> read() = 0;
};

}  // namespace shimtrace::host
