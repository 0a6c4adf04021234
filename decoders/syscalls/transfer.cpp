#include "decoders/syscalls/transfer.hpp"

#include "decoders/syscalls/call.hpp"
#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/iovec.hpp"
#include "decoders/syscalls/mover.hpp"

#include <algorithm>

namespace shimtrace::decoders {

namespace {

/// A call in the order of a stream; nullptr: no such call. 32-bit message headers have another shape, which nothing here reads.
const CallFacts* find_mover(Arch arch, std::int64_t number) {
    const CallFacts* facts = arch == Arch::x32 ? nullptr : call_facts(arch, number);
    if (facts == nullptr || facts->shape == MovedShape::none || facts->moves != Moves::in_order) return nullptr;
    return is_32_bit(arch) && facts->shape == MovedShape::message ? nullptr : facts;
}

/// The parts of one transfer in order.
class Gathering {
public:
    struct Part {
        std::uint64_t wanted = 0;
        std::span<const std::byte> bytes;  ///< what was captured of them
    };
    Gathering(const Call& call, std::uint64_t length) : call_(call), left_(length) {}

    void part(std::uint64_t address, std::uint64_t size) {
        const std::uint64_t wanted = std::min(size, left_);
        left_ -= wanted;
        const auto found = wanted != 0 ? call_.bytes(address, wanted) : std::nullopt;
        parts_.push_back({wanted, found.value_or(std::span<const std::byte>{})});
    }
    void vector(std::uint64_t address, std::uint64_t count, bool all_of_it = false) {
        constexpr std::uint64_t most = 1024, page = 4096;  // UIO_MAXIOV
        const std::size_t size = call_.pointer_size(), element = 2 * size;
        const auto list = call_.bytes(address, std::min(count, most) * element);
        if (!list || (all_of_it && list->size() < count * element && (address + list->size()) % page == 0)) return;
        for (std::size_t at = 0; at + element <= list->size() && left_ != 0; at += element)
            part(pointer_at(*list, at, size), pointer_at(*list, at + size, size));
    }
    void message(std::uint64_t address) {
        constexpr std::uint64_t iov_offset = 16, header_size = 56;  // struct msghdr of 64-bit architectures
        const auto header = call_.bytes(address, header_size);
        if (header && header->size() >= header_size)
            vector(value_at<std::uint64_t>(*header, iov_offset), value_at<std::uint64_t>(*header, iov_offset + 8));
    }
    void all(MovedShape shape, const Event& enter) {
        if (shape == MovedShape::buffer) part(enter.args[1], enter.args[2]);
        if (shape == MovedShape::vector) vector(enter.args[1], enter.args[2], call_.failed());
        if (shape == MovedShape::message) message(enter.args[1]);
    }
    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
    /// What no part accounts for was moved all the same.
    [[nodiscard]] std::uint64_t left() const { return left_; }

private:
    const Call& call_;
    std::uint64_t left_;
    std::vector<Part> parts_;
};

}  // namespace

bool moves_bytes(Arch arch, std::int64_t number) {
    return find_mover(arch, number) != nullptr;
}

bool writes_bytes(Arch arch, std::int64_t number) {
    const CallFacts* mover = find_mover(arch, number);
    return mover != nullptr && mover->written;
}

bool is_socket_message(Arch arch, std::int64_t number) {
    const CallFacts* facts = arch == Arch::x32 ? nullptr : call_facts(arch, number);
    return facts != nullptr && facts->is_network && (facts->waits.how == WaitsFor::reads || facts->waits.how == WaitsFor::writes);
}

std::optional<Transfer> transfer(const Event& enter, const Event& exit) {
    constexpr std::uint64_t peek = 2;  // MSG_PEEK: the bytes come again
    const CallFacts* mover = find_mover(enter.arch, enter.number);
    if (mover == nullptr || exit.is_error || exit.result < 0) return std::nullopt;
    const std::int8_t flags = mover->places.message_flags;
    if (!mover->written && flags >= 0 && (enter.args[static_cast<std::size_t>(flags)] & peek) != 0) return std::nullopt;
    Transfer moved{.fd = Fd{static_cast<std::int32_t>(enter.args[0])}, .written = mover->written};
    if (exit.result == 0) {
        moved.end = !mover->written && (mover->shape != MovedShape::buffer || enter.args[2] != 0);
        return moved;
    }
    const Call call(enter, &exit);
    Gathering gathering(call, static_cast<std::uint64_t>(exit.result));
    gathering.all(mover->shape, enter);
    for (const Gathering::Part& part : gathering.parts()) {  // once a part is short, the rest is missing
        const std::size_t taken = moved.missing == 0 ? part.bytes.size() : 0;
        moved.bytes.insert(moved.bytes.end(), part.bytes.begin(), part.bytes.begin() + static_cast<std::ptrdiff_t>(taken));
        moved.missing += part.wanted - taken;
    }
    moved.missing += gathering.left();
    return moved;
}

std::optional<MovedParts> moved_parts(const Event& enter, const Event& exit) {
    const auto mover = enter.arch == Arch::x32 ? std::nullopt : mover_of(enter.arch, enter.number);
    if (!mover || (!mover->written && (exit.is_error || exit.result < 0))) return std::nullopt;
    if (is_32_bit(enter.arch) && mover->shape == MovedShape::message) return std::nullopt;
    MovedParts moved{
        .fd = Fd{static_cast<std::int32_t>(enter.args[0])}, .written = mover->written, .vector = mover->shape != MovedShape::buffer};
    const Call call(enter, &exit);
    // strace shows all that the caller offered, also where less was taken, or nothing.
    Gathering gathering(call, mover->written ? UINT64_MAX : static_cast<std::uint64_t>(exit.result));
    gathering.all(mover->shape, enter);
    for (const Gathering::Part& part : gathering.parts()) moved.parts.push_back(part.bytes);
    return moved;
}

}  // namespace shimtrace::decoders
