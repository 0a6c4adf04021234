// inotify and fanotify.
#include "decoders/constants/file.hpp"
#include "decoders/constants/memory.hpp"
#include "decoders/constants/signal.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"
#include "decoders/syscalls/structs.hpp"
#include "decoders/syscalls/styled.hpp"

namespace shimtrace::decoders {

namespace {

void render_fanotify_flags(Printer& printer, const Slot& slot) {
    constexpr std::uint32_t class_mask = 0xc;
    const auto value = static_cast<std::uint32_t>(slot.value);
    printer.constant(fanotify_classes, value & class_mask);
    if ((value & ~class_mask) == 0) return;
    printer.put('|');
    printer.flags(fanotify_init_flags, value & ~class_mask);
}
void render_fanotify_directory(Printer& printer, const Slot& slot) {
    const auto fd = static_cast<std::int32_t>(slot.value);
    fd == -1 ? styled(printer, "FAN_NOFD", [&] { printer.decimal(fd); }) : printer.directory_fd(fd);
}
void collect_directory(const Call&, const Slot& slot, std::vector<Fd>& into) {
    into.push_back(Fd{static_cast<std::int32_t>(slot.value)});
}

}  // namespace

namespace types {

static constexpr ArgumentType fanotify_flags{.render = render_fanotify_flags};
static constexpr ArgumentType fanotify_directory{.render = render_fanotify_directory, .descriptors = collect_directory};

}  // namespace types

using namespace arguments;

static constexpr SyscallRow watch_table[] = {
    {"inotify_init", class_desc, {}, results::fd},
    {"inotify_init1", class_desc, {flags("flags", inotify_init_flags)}, results::fd},
    {"inotify_add_watch", class_file | class_desc, {fd("fd"), path("pathname"), flags("mask", inotify_masks)}},
    {"inotify_rm_watch", class_desc, {fd("fd"), number("wd")}},
    {"fanotify_init", class_desc, {of("flags", types::fanotify_flags), of("event_f_flags", types::open_flags)}, results::fd},
    {"fanotify_mark",
     class_file | class_desc,
     {fd("fanotify_fd"), flags("flags", fanotify_mark_flags), flags64("mask", fanotify_masks), of("dirfd", types::fanotify_directory),
      path("pathname")}},
};

constinit const std::span<const SyscallRow> watch_rows = watch_table;

}  // namespace shimtrace::decoders
