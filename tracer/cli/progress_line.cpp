#include "tracer/cli/progress_line.hpp"

#include "decoders/text/durations.hpp"
#include "decoders/text/printable.hpp"
#include "tracer/cli/terminal_width.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace shimtrace::cli {

namespace {

constexpr auto said_after = std::chrono::seconds(1);
constexpr auto said_again_after = std::chrono::milliseconds(200);

}  // namespace

bool shows_progress(std::optional<int> output) {
    return ::isatty(STDERR_FILENO) == 1 && !(output && ::isatty(*output) == 1);
}

void overwrite_line(std::string_view text) {
    // A character short of the edge: some terminals wrap at once.
    const std::size_t width = terminal_width(STDERR_FILENO).value_or(80) - 1;
    fmt::print(stderr, "\r{:.{}}\033[K", text, width);
    std::fflush(stderr);
}

std::string size_text(std::uint64_t bytes) {
    if (bytes >= 1 << 30) return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
    if (bytes >= 1 << 20) return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
    return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / (1 << 10));
}

std::string work_text(const Work& work, Nanoseconds spent) {
    const auto amount = [&](std::uint64_t number) {
        switch (work.unit) {
            case WorkUnit::bytes:
                return size_text(number);
            case WorkUnit::milliseconds:
                return text::duration_in_words(static_cast<double>(number) / 1000);
            case WorkUnit::things:
                break;
        }
        return std::to_string(number);
    };
    std::string text = text::printable(work.what) + ": ";
    if (work.of == 0) return text + amount(work.done);
    const std::uint64_t done = std::min(work.done, work.of);
    const double share = static_cast<double>(done) / static_cast<double>(work.of);
    text += fmt::format("{:.0f} % of {}", 100 * share, amount(work.of));
    if (share <= 0) return text;
    const double left = std::chrono::duration<double>(spent).count() * (1 - share) / share;
    return text + fmt::format(", {} left", text::duration_in_words(left));
}

void ProgressLine::tell(const Work& work) {
    if (!shown_) return;
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    if (work.what != what_) {
        what_ = work.what;
        stage_began_ = now;
    }
    if (now - began_ < said_after || now - told_ < said_again_after) return;
    told_ = now;
    on_screen_ = true;
    overwrite_line(work_text(work, now - stage_began_));
}

void ProgressLine::erase() {
    const std::lock_guard lock(mutex_);
    if (std::exchange(on_screen_, false)) overwrite_line({});
}

TellWork ProgressLine::teller() {
    if (!shown_) return {};
    return [this](const Work& work) { tell(work); };
}

}  // namespace shimtrace::cli
