#include "tracer/cli/terminal_width.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>

namespace shimtrace::cli {

std::size_t chosen_width(const char* columns, std::size_t terminal) {
    constexpr std::size_t narrowest = 60, widest = 200, usual = 80;
    const std::string_view text = columns == nullptr ? "" : columns;
    std::size_t wanted = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), wanted);
    if (error != std::errc{} || end != text.data() + text.size() || wanted == 0) wanted = terminal == 0 ? usual : terminal;
    return std::clamp(wanted, narrowest, widest);
}

std::optional<std::size_t> terminal_width(int descriptor) {
    if (::isatty(descriptor) != 1) return std::nullopt;
    winsize size{};
    return chosen_width(std::getenv("COLUMNS"), ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0);
}

bool shows_color(std::string_view wish, int descriptor) {
    if (wish != "auto") return wish == "always";
    const char* no_color = std::getenv("NO_COLOR");  // no-color.org: when present and not an empty string
    return ::isatty(descriptor) == 1 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace shimtrace::cli
