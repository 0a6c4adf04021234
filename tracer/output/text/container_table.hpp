// `ps` for people: a line a container.
#pragma once

#include "tracer/output/container_list.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace shimtrace::output {

struct TableStyle {
    bool wide = false;                      ///< cgroup, runc's root, bundle and containerd's socket too
    bool whole_ids = false;                 ///< also those that are longer than a line likes
    std::optional<std::size_t> width = {};  ///< columns that have no room within it stand below their row; nullopt: all have
};

std::string container_table(const ContainerList& list, const TableStyle& style);

/// Where there is no row: why, as far as can be told.
std::string no_container_text(const ContainerList& list);

}  // namespace shimtrace::output
