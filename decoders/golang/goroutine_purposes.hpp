// What a goroutine is for, in containerd's and runc's terms: a table from function names to purposes.
#pragma once

#include "decoders/golang/allowance.hpp"

#include <shimtrace/goroutine.hpp>

#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace shimtrace::golang {

struct MeaningRow {
    std::string_view function;  ///< part of a function's name, without the module's path, which differs between releases
    std::string_view what;
    std::string_view detail;  ///< "%method": the method of the matched function, as "Task.Kill"
};

/// The first row that a frame of the stack matches wins: what is specific stands before what is general.
std::span<const MeaningRow> meaning_rows();

/// Looks purposes up, each function once. From any thread.
class MeaningFinder {
public:
    explicit MeaningFinder(Allowance& allowance) : allowance_(allowance) {}
    /// Nothing but the stack and what it waits on is looked at; container and exec id stay empty. Empty `what`: not known.
    [[nodiscard]] GoroutinePurpose meaning_of(const Goroutine& goroutine);

private:
    [[nodiscard]] std::size_t row_of(const std::string& function);
    Allowance& allowance_;
    std::shared_mutex mutex_;
    std::unordered_map<std::string, std::size_t> rows_;  ///< the first row that a function matches; past the last: none
};

/// What copies a container's stream in dockerd.
constexpr std::string_view stream_copier = "stream copier";

/// What handles the end of one of CRI's containers or sandboxes.
constexpr std::string_view exit_handler = "exit handler";

/// True for the purposes whose stacks hold a request with a container's id.
bool carries_request(const GoroutinePurpose& purpose);

}  // namespace shimtrace::golang
