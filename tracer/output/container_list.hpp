// What `ps` prints, as a table or as JSON: every container, and what could not be seen of them.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/listed_container.hpp>
#include <shimtrace/snapshot.hpp>

#include <string>
#include <vector>

namespace shimtrace::output {

struct ContainerList {
    Snapshot snapshot;                  ///< whose files the rows point to
    std::vector<ListedContainer> rows;  ///< in the order of printing
    std::vector<std::string> notes;     ///< what is missing, and why
    std::vector<Limit> limits;
};

}  // namespace shimtrace::output
