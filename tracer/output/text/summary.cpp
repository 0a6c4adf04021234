#include "tracer/output/text/summary.hpp"

#include "tracer/output/call_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace shimtrace::output {

namespace {

struct ColumnText {
    SummaryColumn column;
    std::string_view heading;
    std::size_t width;
};

/// Numbers stand at the right of their columns, names at the left.
constexpr ColumnText column_texts[] = {
    {SummaryColumn::time_percent, "% time", 6}, {SummaryColumn::total_time, "seconds", 11},  {SummaryColumn::min_time, "shortest", 8},
    {SummaryColumn::max_time, "longest", 8},    {SummaryColumn::avg_time, "usecs/call", 11}, {SummaryColumn::calls, "calls", 9},
    {SummaryColumn::errors, "errors", 9},       {SummaryColumn::name, "syscall", 16},
};

const ColumnText& text_of(SummaryColumn column) {
    return *std::ranges::find(column_texts, column, &ColumnText::column);
}

double seconds(std::int64_t ns) {
    return static_cast<double>(ns) / 1e9;
}

}  // namespace

void CallTable::count(const Event& enter, const Event& exit) {
    auto [found, fresh] = rows_.try_emplace({enter.arch, enter.number});
    Row& row = found->second;
    if (fresh) row.name = call_name(enter);
    const Nanoseconds spent = wall_clock_ ? exit.time - enter.time : exit.system_time - enter.system_time;
    const std::int64_t ns = std::max<std::int64_t>(0, spent.count() - overhead_);
    row.min_ns = row.calls == 0 ? ns : std::min(row.min_ns, ns);
    row.max_ns = std::max(row.max_ns, ns);
    row.total_ns += ns;
    ++row.calls;
    if (exit.is_error) ++row.errors;
}

std::string CallTable::line(const Row& row, const PrintOptions& options, double percent) const {
    std::string text;
    for (const SummaryColumn column : options.columns) {
        if (!text.empty()) text += ' ';
        switch (column) {
            case SummaryColumn::time_percent:
                text += fmt::format("{:6.2f}", percent);
                break;
            case SummaryColumn::total_time:
                text += fmt::format("{:11.6f}", seconds(row.total_ns));
                break;
            case SummaryColumn::min_time:
                text += fmt::format("{:8.6f}", seconds(row.min_ns));
                break;
            case SummaryColumn::max_time:
                text += fmt::format("{:8.6f}", seconds(row.max_ns));
                break;
            case SummaryColumn::avg_time:
                text += fmt::format("{:11}", row.calls > 0 ? row.total_ns / static_cast<std::int64_t>(row.calls) / 1000 : 0);
                break;
            case SummaryColumn::calls:
                text += fmt::format("{:9}", row.calls);
                break;
            case SummaryColumn::errors:
                text += row.errors > 0 ? fmt::format("{:9}", row.errors) : std::string(9, ' ');
                break;
            case SummaryColumn::name:
                text += column == options.columns.back() ? row.name : fmt::format("{:{}}", row.name, text_of(column).width);
                break;
        }
    }
    return text + '\n';
}

std::string CallTable::text(const PrintOptions& options) const {
    if (rows_.empty()) return {};
    std::vector<const Row*> rows;
    Row total{.name = "total"};
    for (const auto& [key, row] : rows_) {
        total.min_ns = rows.empty() ? row.min_ns : std::min(total.min_ns, row.min_ns);
        total.max_ns = std::max(total.max_ns, row.max_ns);
        total.total_ns += row.total_ns;
        total.calls += row.calls;
        total.errors += row.errors;
        rows.push_back(&row);
    }
    const auto average = [](const Row* row) { return row->total_ns / static_cast<std::int64_t>(row->calls); };
    const auto by = [&](auto key) { std::ranges::stable_sort(rows, std::ranges::greater{}, key); };
    switch (options.sort) {
        case SummarySort::time:
            by([](const Row* row) { return row->total_ns; });
            break;
        case SummarySort::min_time:
            by([](const Row* row) { return row->min_ns; });
            break;
        case SummarySort::max_time:
            by([](const Row* row) { return row->max_ns; });
            break;
        case SummarySort::avg_time:
            by(average);
            break;
        case SummarySort::calls:
            by([](const Row* row) { return row->calls; });
            break;
        case SummarySort::errors:
            by([](const Row* row) { return row->errors; });
            break;
        case SummarySort::name:
            std::ranges::stable_sort(rows, {}, [](const Row* row) { return std::string_view(row->name); });
            break;
        case SummarySort::nothing:
            break;
    }
    std::string heading, rule;
    for (const SummaryColumn column : options.columns) {
        const ColumnText& of = text_of(column);
        const bool last = column == options.columns.back();
        heading.append(heading.empty() ? "" : " ");
        heading += column != SummaryColumn::name ? fmt::format("{:>{}}", of.heading, of.width)
                   : last                        ? std::string(of.heading)
                                                 : fmt::format("{:{}}", of.heading, of.width);
        rule.append(rule.empty() ? "" : " ").append(of.width, '-');
    }
    std::string text = heading + '\n' + rule + '\n';
    const double whole = static_cast<double>(std::max<std::int64_t>(total.total_ns, 1));
    for (const Row* row : rows) text += line(*row, options, 100.0 * static_cast<double>(row->total_ns) / whole);
    return text + rule + '\n' + line(total, options, 100.0);  // as strace has it, of no time at all as well
}

}  // namespace shimtrace::output
