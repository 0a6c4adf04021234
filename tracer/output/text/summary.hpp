// strace's table of calls: -c, -C, -w, -S, -U.
#pragma once

#include "tracer/output/print_options.hpp"

#include <shimtrace/event.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace shimtrace::output {

/// Counts calls as they return; constant memory.
class CallTable {
public:
    explicit CallTable(bool wall_clock, std::int64_t overhead_ns) : wall_clock_(wall_clock), overhead_(overhead_ns) {}

    /// A call that returned. Time is the wall clock's, or the thread's system time where the events carry it.
    void count(const Event& enter, const Event& exit);

    /// The table as strace prints it, rows sorted and columns chosen by `options`. Empty where nothing was counted.
    [[nodiscard]] std::string text(const PrintOptions& options) const;

private:
    struct Row {
        std::string name;
        std::uint64_t calls = 0, errors = 0;
        std::int64_t total_ns = 0, min_ns = 0, max_ns = 0;
    };
    [[nodiscard]] std::string line(const Row& row, const PrintOptions& options, double percent) const;

    bool wall_clock_;
    std::int64_t overhead_;
    std::map<std::pair<Arch, std::int64_t>, Row> rows_;
};

}  // namespace shimtrace::output
