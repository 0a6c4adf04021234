// Work that takes longer than a second, on a terminal: how far it is and how much is left, on one line of standard error that is gone in
// the end. Elsewhere nothing is said.
#pragma once

#include <shimtrace/types.hpp>
#include <shimtrace/work.hpp>

#include <chrono>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace shimtrace::cli {

/// Whether a line that overwrites itself is seen, and disturbs nothing: standard error is a terminal. `output`: a descriptor that is
/// printed to meanwhile; where that is a terminal too, its lines tell how far it is.
bool shows_progress(std::optional<int> output = {});

/// Overwrites the line of standard error with what fits into it. Empty: erases it.
void overwrite_line(std::string_view text);

/// "reading web-1.rec: 43 % of 1.2 GiB, 5 s left". `spent`: since it began.
std::string work_text(const Work& work, Nanoseconds spent);

/// "4.0 KiB", "1.2 GiB".
std::string size_text(std::uint64_t bytes);

/// From its making to its end it is one piece of work. Any thread may tell.
class ProgressLine {
public:
    explicit ProgressLine(bool shown) : shown_(shown) {}
    ~ProgressLine() { erase(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void tell(const Work& work);
    /// Before something else is said.
    void erase();
    /// Calls tell(); empty where nothing is shown. Not to be called after the end of this.
    TellWork teller();

private:
    using Clock = std::chrono::steady_clock;

    const bool shown_;
    std::mutex mutex_;
    std::string what_;
    Clock::time_point began_ = Clock::now(), stage_began_ = began_, told_;
    bool on_screen_ = false;
};

}  // namespace shimtrace::cli
