#include "tracer/output/text/container_table.hpp"

#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace shimtrace::output {

namespace {

std::string spoken_age(std::optional<double> seconds) {
    return seconds ? text::age_short(*seconds) : "-";
}

std::string spoken_pid(Pid pid) {
    return pid ? std::to_string(pid.value) : "-";
}

std::string short_id(const std::string& id, bool whole) {
    const std::string safe = text::printable(id);
    if (whole || safe.size() <= 32) return safe;
    if (safe.size() == 64 && safe.find_first_not_of("0123456789abcdef") == safe.npos) return safe.substr(0, 12);
    return safe.substr(0, 29) + "...";
}

std::string name_of(const ListedContainer& row) {
    return text::printable(row.container.name.empty() ? "-" : row.container.name);
}

std::string spoken_runtimes(const ListedContainer& row) {
    std::string text;
    for (const ListedRuntime& runtime : row.runtimes) {
        if (!text.empty()) text += ", ";
        text += fmt::format("{}[{}] {}", text::printable(runtime.comm), runtime.pid.value, text::printable(runtime.operation));
        if (!runtime.exec_id.empty()) text += " " + text::printable(runtime.exec_id);
        text += " " + spoken_age(runtime.age_s);
        if (runtime.state == ProcessState::stopped) text += " (stopped)";
    }
    return text.empty() ? "-" : text;
}

struct TableColumn {
    std::string_view title;
    std::string (*text)(const ListedContainer&, const TableStyle&);
};

std::string file_text(const ListedContainer& row, const std::string ContainerFiles::*field) {
    return row.files == nullptr || (row.files->*field).empty() ? "-" : text::printable(row.files->*field);
}

const std::vector<TableColumn>& plain_columns() {
    static const std::vector<TableColumn> columns = {
        {"NAMESPACE",
         [](const ListedContainer& row, const TableStyle&) { return row.container.ns.empty() ? "-" : text::printable(row.container.ns); }},
        {"ID", [](const ListedContainer& row, const TableStyle& style) { return short_id(row.container.id, style.whole_ids); }},
        {"POD/CONTAINER", [](const ListedContainer& row, const TableStyle&) { return name_of(row); }},
        {"SHIM", [](const ListedContainer& row, const TableStyle&) { return spoken_pid(row.shim); }},
        {"INIT", [](const ListedContainer& row, const TableStyle&) { return spoken_pid(row.init); }},
        {"STATE", [](const ListedContainer& row, const TableStyle&) { return row.state; }},
        {"AGE", [](const ListedContainer& row, const TableStyle&) { return spoken_age(row.age_s); }},
        {"PROCS", [](const ListedContainer& row, const TableStyle&) { return std::to_string(row.processes); }},
        {"WAITS", [](const ListedContainer& row, const TableStyle&) { return row.waits.empty() ? "-" : row.waits; }},
        {"SINCE", [](const ListedContainer& row, const TableStyle&) { return spoken_age(row.waits_since_s); }},
        {"RUNTIME", [](const ListedContainer& row, const TableStyle&) { return spoken_runtimes(row); }},
    };
    return columns;
}

const std::vector<TableColumn>& wide_columns() {
    static const std::vector<TableColumn> columns = {
        {"CGROUP", [](const ListedContainer& row, const TableStyle&) { return file_text(row, &ContainerFiles::cgroup); }},
        {"RUNC ROOT", [](const ListedContainer& row, const TableStyle&) { return file_text(row, &ContainerFiles::runc_root); }},
        {"BUNDLE", [](const ListedContainer& row, const TableStyle&) { return file_text(row, &ContainerFiles::bundle); }},
        {"CONTAINERD", [](const ListedContainer& row, const TableStyle&) { return file_text(row, &ContainerFiles::containerd_address); }},
    };
    return columns;
}

/// How many columns a terminal of that width has room for; all where it is none.
std::size_t columns_within(const std::vector<std::size_t>& widths, const std::optional<std::size_t>& terminal) {
    std::size_t used = 0, fitting = 0;
    while (fitting < widths.size() && (!terminal || used + widths[fitting] <= *terminal)) used += widths[fitting++] + 2;
    return std::max<std::size_t>(fitting, 1);
}

/// The columns that had no room, below their row: "waits healthy, since 3m". What says nothing is left out.
std::string folded(const std::vector<std::string>& titles, const std::vector<std::string>& line, std::size_t from) {
    std::string text;
    for (std::size_t n = from; n < line.size(); ++n) {
        if (line[n] == "-") continue;
        std::string title = titles[n];
        std::ranges::transform(title, title.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        text += fmt::format("{}{} {}", text.empty() ? "    " : ", ", title, line[n]);
    }
    return text.empty() ? text : text + '\n';
}

}  // namespace

std::string container_table(const ContainerList& list, const TableStyle& style) {
    std::vector<TableColumn> columns = plain_columns();
    const bool pods = std::ranges::any_of(list.rows, [](const ListedContainer& row) { return !row.pod.empty() || !row.name.empty(); });
    if (!pods && !style.wide) std::erase_if(columns, [](const TableColumn& column) { return column.title == "POD/CONTAINER"; });
    if (style.wide) columns.insert(columns.end(), wide_columns().begin(), wide_columns().end());

    std::vector<std::vector<std::string>> cells(1);
    for (const TableColumn& column : columns) cells[0].emplace_back(column.title);
    for (const ListedContainer& row : list.rows) {
        std::vector<std::string>& line = cells.emplace_back();
        for (const TableColumn& column : columns) line.push_back(column.text(row, style));
    }
    std::vector<std::size_t> widths(columns.size());
    for (const auto& line : cells) {
        for (std::size_t n = 0; n < line.size(); ++n) widths[n] = std::max(widths[n], line[n].size());
    }
    const std::size_t fitting = columns_within(widths, style.width);
    std::string text;
    for (const auto& line : cells) {
        for (std::size_t n = 0; n < fitting; ++n) text += n + 1 == fitting ? line[n] : fmt::format("{:<{}}  ", line[n], widths[n]);
        text += '\n';
        if (&line != &cells.front()) text += folded(cells.front(), line, fitting);
    }
    return text;
}

std::string no_container_text(const ContainerList& list) {
    if (!list.limits.empty()) return "no container is to be seen from here\n";
    const bool daemon =
        std::ranges::any_of(list.snapshot.processes, [](const Process& process) { return process.role.role == ProcessRole::containerd; });
    return daemon ? "containerd is running, with no container: no shim, no bundle, no runtime's state\n"
                  : "no containerd on this host: no daemon, no shim, no bundle, no container of runc\n";
}

}  // namespace shimtrace::output
