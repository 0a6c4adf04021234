// What follows from the types of a row's arguments and of its result.
#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/mover.hpp"

#include "decoders/constants/network.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

namespace {

struct MoverRow {
    const ArgumentType* type;
    Mover mover;
};
constexpr MoverRow movers[] = {
    {&types::out_buffer, {MovedShape::buffer, false}},   {&types::in_buffer, {MovedShape::buffer, true}},
    {&types::out_iovec, {MovedShape::vector, false}},    {&types::in_iovec, {MovedShape::vector, true}},
    {&types::message_out, {MovedShape::message, false}}, {&types::message_in, {MovedShape::message, true}},
};

ArgumentPlaces places_of(const SyscallRow& row) {
    ArgumentPlaces places;
    const auto other = [](const Argument& argument) { return static_cast<std::int8_t>(argument.other); };
    std::size_t paths = 0;
    for (unsigned place = 0; place < row.count; ++place) {
        const Argument& argument = row.table[place];
        const auto index = static_cast<std::int8_t>(row.register_of(place));
        if (argument.type == &types::path && paths < places.paths.size()) places.paths[paths++] = index;
        if (argument.type == &types::poll_fds) {
            places.poll_fds = index;
            places.poll_count = other(argument);
        }
        if (argument.type == &types::fd_set && places.fd_sets < 0) places.fd_sets = index;
        if (argument.type == &types::socket_address_in) {
            places.socket_address = index;
            places.address_length = other(argument);
        }
        if (argument.type == &types::fd_pair) places.descriptor_pair = index;
        if (argument.flags == &message_flags) places.message_flags = index;
        if (argument.name == "timeout") {
            places.timeout = index;
            places.timeout_is_pointer = argument.type->capture != nullptr;
        }
    }
    return places;
}

}  // namespace

std::optional<Mover> mover_of(const SyscallRow& row) {
    if (row.count < 2 || row.table[0].type != &types::fd) return std::nullopt;
    const auto* found = std::ranges::find(movers, row.table[1].type, &MoverRow::type);
    return found == std::end(movers) ? std::nullopt : std::optional(found->mover);
}

CallFacts facts_of(const SyscallRow& row) {
    CallFacts facts{row.facts, row.name, places_of(row)};
    facts.is_network = (row.classes & class_network) != 0;
    facts.may_return_descriptor = may_return_descriptor(row);
    facts.takes_descriptor = row.count != 0 && row.table[0].type == &types::fd;
    if (facts.moves != Moves::no_bytes)
        if (const auto mover = mover_of(row)) {
            facts.shape = mover->shape;
            facts.written = mover->written;
        }
    return facts;
}

std::optional<Mover> mover_of(Arch arch, std::int64_t number) {
    const SyscallRow* row = find_row(arch, number);
    return row ? mover_of(*row) : std::nullopt;
}

Waits waits_of(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args) {
    const CallFacts* facts = call_facts(arch, number, args);
    return facts ? facts->waits : Waits{};
}

bool waits_for_source(OpenFileKind source, std::optional<bool> empty, std::optional<bool> full) {
    if (empty) return *empty;
    if (full.value_or(false)) return false;
    return source != OpenFileKind::file && source != OpenFileKind::memfd && source != OpenFileKind::block_device &&
           source != OpenFileKind::unknown;
}

}  // namespace shimtrace::decoders
