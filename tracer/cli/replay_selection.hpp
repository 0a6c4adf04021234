// A part of a recording: what is asked for, and the sink that lets nothing else through.
#pragma once

#include "tracer/recording/reader.hpp"

#include <shimtrace/event_sink.hpp>

#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace shimtrace::cli {

struct Selection {
    recording::ReadOptions read;
    std::vector<std::string> containers;
    std::optional<Nanoseconds> slow;
    std::optional<std::regex> fd_target;
    bool errors = false;
    std::optional<double> speed;
    bool tells_of_calls = false;  ///< of a file that holds none, but a snapshot, that is said

    /// Only whole calls are let through then, each when it has returned.
    [[nodiscard]] bool by_call() const { return slow || fd_target || errors; }
};

/// What selection leaves of a stream, handed to `next`.
std::unique_ptr<EventSink> make_selector(const Selection& selection, EventSink& next);

/// By the id, the beginning of one, namespace/id, or the name; a pod's stands for all of it.
bool is_one_of(const ContainerRef& container, const std::vector<std::string>& texts);

}  // namespace shimtrace::cli
