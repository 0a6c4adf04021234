#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/call.hpp"
#include "decoders/syscalls/capture.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

namespace {

bool known(Fd fd) {
    constexpr std::int32_t current_directory = -100;
    return fd.value >= 0 || fd.value == current_directory;
}

std::optional<Fd> returned_descriptor(const SyscallRow& row, const Call& call) {
    if (call.failed() || !returns_descriptor(row, call)) return std::nullopt;
    return Fd{static_cast<std::int32_t>(call.result())};
}

}  // namespace

std::optional<Fd> returned_descriptor(const Event& enter, const Event& exit) {
    const SyscallRow* row = find_row(enter.arch, enter.number, enter.args);
    return row ? returned_descriptor(*row, Call(enter, &exit)) : std::nullopt;
}

void descriptors(const Event& enter, const Event* exit, std::vector<Fd>& into) {
    const SyscallRow* row = find_row(enter.arch, enter.number, enter.args);
    if (!row) return;
    const Call call(enter, exit);
    const std::size_t before = into.size();
    for (unsigned place = 0; place < row->count; ++place) {
        const Argument& argument = row->table[place];
        const unsigned index = row->register_of(place);
        const Slot slot{argument, enter.args[index], index};
        const ArgumentType& type = *argument.type;
        if (type.descriptors && (!type.present || type.present(call, slot))) type.descriptors(call, slot, into);
    }
    if (exit)
        if (const auto fd = returned_descriptor(*row, call)) into.push_back(*fd);

    // Without the impossible ones and duplicates, in order.
    auto kept = into.begin() + static_cast<std::ptrdiff_t>(before);
    for (auto fd = kept; fd != into.end(); ++fd)
        if (known(*fd) && std::find(into.begin() + static_cast<std::ptrdiff_t>(before), kept, *fd) == kept) *kept++ = *fd;
    into.erase(kept, into.end());
}

std::vector<std::string> path_arguments(const Event& enter) {
    std::vector<std::string> paths;
    const SyscallRow* row = find_row(enter.arch, enter.number, enter.args);
    if (!row) return paths;
    for (unsigned place = 0; place < row->count; ++place) {
        const Argument& argument = row->table[place];
        if (argument.type != &types::path && argument.type != &types::link_text) continue;
        const unsigned index = row->register_of(place);
        constexpr std::size_t longest_path = 4096;  // PATH_MAX
        const auto bytes = enter.memory.at(RemoteAddress{enter.args[index]}, longest_path);
        if (!bytes) continue;
        const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
        paths.emplace_back(text.substr(0, text.find('\0')));
    }
    return paths;
}

}  // namespace shimtrace::decoders
