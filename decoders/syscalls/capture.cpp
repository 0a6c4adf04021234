#include "decoders/syscalls/capturing.hpp"

#include <memory>

namespace shimtrace::decoders {

void Capture::bytes(std::uint64_t address, std::uint64_t length) {
    if (address == 0 || length == 0 || count_ == few_.size()) return;
    few_[count_++] = {address, static_cast<std::uint32_t>(std::min(length, most_bytes)), 0, 1};
}

void Capture::payload(std::uint64_t address, std::uint64_t length) {
    if (limits_.redact) return;
    bytes(address, std::min(length, std::uint64_t{limits_.payload_bytes} + 1));
}

namespace {

constexpr std::uint64_t page = 4096;

std::uint32_t to_page_end(std::uint64_t address, std::uint64_t most) {
    return static_cast<std::uint32_t>(std::min(most, page - address % page));
}

/// The length of a list up to and with its terminator (one unit of zero bytes); nullopt: it has none yet.
std::optional<std::size_t> terminated_length(std::span<const std::byte> bytes, std::size_t unit) {
    if (unit == 1) {
        const void* found = bytes.empty() ? nullptr : std::memchr(bytes.data(), 0, bytes.size());
        if (!found) return std::nullopt;
        return static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data()) + 1;
    }
    for (std::size_t end = unit; end <= bytes.size(); end += unit)
        if (pointer_at(bytes, end - unit, unit) == 0) return end;
    return std::nullopt;
}

/// The rest of a list whose first piece had no end: page by page.
void read_rest(const Memory& memory, std::uint64_t address, std::size_t limit, std::size_t unit, std::vector<std::byte>& list) {
    while (list.size() < limit) {
        const std::uint64_t from = address + list.size();
        const std::size_t before = list.size();
        const std::size_t length = to_page_end(from, limit - before);
        list.resize(before + length);
        const std::size_t got = memory.read(RemoteAddress{from}, std::span(list).subspan(before));
        list.resize(before + std::min(got, length));
        if (const auto end = terminated_length(list, unit)) return list.resize(*end);
        if (got < length) return;
    }
}

}  // namespace

void Capture::text(std::uint64_t address, std::uint64_t most) {
    if (address == 0 || most == 0 || count_ == few_.size()) return;
    // Most strings are short, and a read that stays inside its page can't be cut short by the next one.
    constexpr std::uint64_t first_read = 256;
    few_[count_++] = {address, to_page_end(address, std::min(most, first_read)), static_cast<std::uint32_t>(most), 1};
}

void Capture::pointers(std::uint64_t address, std::uint64_t most) {
    const std::uint64_t pointer = call_.pointer_size(), first_read = 64 * pointer;
    if (address == 0 || most == 0 || count_ == few_.size()) return;
    const std::uint64_t length = std::min(most * pointer, most_bytes);
    few_[count_++] = {address, to_page_end(address, std::min(length, first_read)), static_cast<std::uint32_t>(length),
                      static_cast<std::uint32_t>(pointer)};
}

bool Capture::read(const Memory& memory) {
    if (count_ == 0) return false;
    std::size_t total = 0;
    for (std::size_t i = 0; i < count_; ++i) total += few_[i].length;

    constexpr std::size_t stack_size = 16 * 1024;
    std::array<std::byte, stack_size> on_stack;
    std::unique_ptr<std::byte[]> on_heap;
    std::byte* room = on_stack.data();
    if (total > stack_size) room = (on_heap = std::make_unique_for_overwrite<std::byte[]>(total)).get();

    constexpr std::size_t usual = 4;
    std::array<ReadRequest, usual> few;
    std::vector<ReadRequest> many;
    if (count_ > usual) many.resize(count_);
    const std::span<ReadRequest> requests = count_ > usual ? std::span(many) : std::span(few).first(count_);
    for (std::size_t i = 0, used = 0; i < count_; used += few_[i++].length)
        requests[i] = {RemoteAddress{few_[i].address}, std::span(room + used, few_[i].length)};
    memory.read(requests);

    for (std::size_t i = 0; i < count_; ++i) {
        const Request& request = few_[i];
        const auto got = std::span<const std::byte>(requests[i].into.first(std::min(requests[i].got, requests[i].into.size())));
        if (request.limit == 0) {
            into_.add(RemoteAddress{request.address}, got);
        } else if (const auto end = terminated_length(got, request.unit)) {
            into_.add(RemoteAddress{request.address}, got.first(*end));
        } else if (got.size() < request.length || got.size() >= request.limit) {
            into_.add(RemoteAddress{request.address}, got);
        } else {
            std::vector<std::byte> list(got.begin(), got.end());
            read_rest(memory, request.address, request.limit, request.unit, list);
            into_.add(RemoteAddress{request.address}, list);
        }
    }
    count_ = 0;
    return true;
}

namespace {

bool captured_now(const ArgumentType& type, const Call& call, const Slot& slot) {
    if (!type.capture || (type.present && !type.present(call, slot))) return false;
    if (type.captured_at_both) return true;
    switch (type.phase) {
        case Phase::entry:
            return !call.returned();
        case Phase::exit:
            return call.succeeded();
        default:
            return call.returned();
    }
}

void capture_call(const Event& enter, Event* exit, CapturedMemory& into, const Memory& memory, const CaptureLimits& limits) {
    const SyscallRow* row = find_row(enter.arch, enter.number, enter.args);
    if (!row) return;
    Capture capture(enter, exit, into, limits);
    constexpr int levels = 4;  // recvmmsg: headers, iovecs, buffers
    for (int level = 0; level < levels; ++level) {
        for (unsigned place = 0; place < row->arguments().size(); ++place) {
            const Argument& argument = row->table[place];
            const unsigned index = row->register_of(place);
            const Slot slot{argument, enter.args[index], index};
            if (captured_now(*argument.type, capture.call(), slot)) argument.type->capture(capture, slot, level);
        }
        if (!capture.read(memory)) return;
    }
}

}  // namespace

void capture_entry(Event& enter, const Memory& memory, const CaptureLimits& limits) {
    capture_call(enter, nullptr, enter.memory, memory, limits);
}

void capture_exit(const Event& enter, Event& exit, const Memory& memory, const CaptureLimits& limits) {
    capture_call(enter, &exit, exit.memory, memory, limits);
}

}  // namespace shimtrace::decoders
