#include "tracer/output/call_choice.hpp"

#include "decoders/syscalls/capture.hpp"

#include <algorithm>

namespace shimtrace::output {

bool names_path(const PrintOptions& options, const Event& enter, const OpenFileDictionary& targets) {
    if (options.paths.empty()) return true;
    const auto wanted = [&](std::string_view path) { return std::ranges::find(options.paths, path) != options.paths.end(); };
    constexpr std::int32_t current_directory = -100;  // AT_FDCWD: what is opened from there is not the directory
    for (const FdUse& use : enter.fds)
        if (const OpenFile* target = use.fd.value == current_directory ? nullptr : targets.find(use.target);
            target != nullptr && wanted(target->path))
            return true;
    return std::ranges::any_of(decoders::path_arguments(enter), wanted);
}

bool shows_signal(const PrintOptions& options, std::int64_t number) {
    if (number < 0 || static_cast<std::size_t>(number) >= options.signals.size()) return true;
    return options.signals[static_cast<std::size_t>(number)];
}

decoders::RenderStyle style_of(const PrintOptions& options, decoders::RenderStyle style, const Event& enter) {
    style.abbreviate = options.abbreviated.holds(enter.arch, enter.number, true);
    style.dereference = options.dereferenced.holds(enter.arch, enter.number, true);
    style.raw = options.raw.holds(enter.arch, enter.number, true);
    return style;
}

std::optional<decoders::MovedParts> dumped_parts(const PrintOptions& options, const Event& enter, const Event& exit) {
    if (!options.dump_read.any() && !options.dump_written.any()) return std::nullopt;
    auto moved = decoders::moved_parts(enter, exit);
    if (moved && !(moved->written ? options.dump_written : options.dump_read).shows(moved->fd)) return std::nullopt;
    return moved;
}

CallStatus status_of(const decoders::RenderedCall& call) {
    if (call.failed) return status_failed;
    return call.result.starts_with('?') ? status_unavailable : status_successful;
}

}  // namespace shimtrace::output
