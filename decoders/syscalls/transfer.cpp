#include "decoders/syscalls/transfer.hpp"

#include "decoders/syscalls/by_number.hpp"
#include "decoders/syscalls/call.hpp"
#include "decoders/syscalls/iovec.hpp"

#include <algorithm>

namespace shimtrace::decoders {

namespace {

enum class TransferShape : std::uint8_t { none, buffer, vector, message };

struct Mover {
    std::string_view name;
    TransferShape shape = TransferShape::none;
    bool written = false;
    std::int8_t flags = -1;   ///< the argument with MSG_* flags
    bool positioned = false;  ///< at an offset of its own: not in the order of a stream
};

constexpr Mover movers[] = {
    {"read", TransferShape::buffer},
    {"write", TransferShape::buffer, true},
    {"readv", TransferShape::vector},
    {"writev", TransferShape::vector, true},
    {"recvfrom", TransferShape::buffer, false, 3},
    {"sendto", TransferShape::buffer, true},
    {"recvmsg", TransferShape::message, false, 2},
    {"sendmsg", TransferShape::message, true},
    {"pread64", TransferShape::buffer, false, -1, true},
    {"pwrite64", TransferShape::buffer, true, -1, true},
    {"preadv", TransferShape::vector, false, -1, true},
    {"pwritev", TransferShape::vector, true, -1, true},
    {"preadv2", TransferShape::vector, false, -1, true},
    {"pwritev2", TransferShape::vector, true, -1, true},
};

/// nullptr: no such call. 32-bit message headers have another shape, which nothing here reads.
const Mover* find_any_mover(Arch arch, std::int64_t number) {
    static const ByNumber<Mover> x86_64(Arch::x86_64, movers), aarch64(Arch::aarch64, movers), i386(Arch::i386, movers);
    if (arch == Arch::x32) return nullptr;
    const Mover* mover = (arch == Arch::x86_64 ? x86_64 : arch == Arch::i386 ? i386 : aarch64).find(number);
    return mover && arch == Arch::i386 && mover->shape == TransferShape::message ? nullptr : mover;
}

/// Of those: calls in the order of a stream.
const Mover* find_mover(Arch arch, std::int64_t number) {
    const Mover* mover = find_any_mover(arch, number);
    return mover && !mover->positioned ? mover : nullptr;
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
    void vector(std::uint64_t address, std::uint64_t count) {
        constexpr std::uint64_t most = 1024;  // UIO_MAXIOV
        const std::size_t size = call_.pointer_size(), element = 2 * size;
        const auto list = call_.bytes(address, std::min(count, most) * element);
        if (!list) return;
        for (std::size_t at = 0; at + element <= list->size() && left_ != 0; at += element)
            part(pointer_at(*list, at, size), pointer_at(*list, at + size, size));
    }
    void message(std::uint64_t address) {
        constexpr std::uint64_t iov_offset = 16, header_size = 56;  // struct msghdr of 64-bit architectures
        const auto header = call_.bytes(address, header_size);
        if (header && header->size() >= header_size)
            vector(value_at<std::uint64_t>(*header, iov_offset), value_at<std::uint64_t>(*header, iov_offset + 8));
    }
    void all(TransferShape shape, const Event& enter) {
        if (shape == TransferShape::buffer) part(enter.args[1], enter.args[2]);
        if (shape == TransferShape::vector) vector(enter.args[1], enter.args[2]);
        if (shape == TransferShape::message) message(enter.args[1]);
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

std::vector<std::string_view> moving_calls() {
    std::vector<std::string_view> names;
    for (const Mover& mover : movers) names.push_back(mover.name);
    return names;
}

bool writes_bytes(Arch arch, std::int64_t number) {
    const Mover* mover = find_mover(arch, number);
    return mover != nullptr && mover->written;
}

std::optional<Transfer> transfer(const Event& enter, const Event& exit) {
    constexpr std::uint64_t peek = 2;  // MSG_PEEK: the bytes come again
    const Mover* mover = find_mover(enter.arch, enter.number);
    if (mover == nullptr || exit.is_error || exit.result < 0) return std::nullopt;
    if (mover->flags >= 0 && (enter.args[static_cast<std::size_t>(mover->flags)] & peek) != 0) return std::nullopt;
    Transfer moved{.fd = Fd{static_cast<std::int32_t>(enter.args[0])}, .written = mover->written};
    if (exit.result == 0) {
        moved.end = !mover->written && (mover->shape != TransferShape::buffer || enter.args[2] != 0);
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
    const Mover* mover = find_any_mover(enter.arch, enter.number);
    if (mover == nullptr || exit.is_error || exit.result < 0) return std::nullopt;
    MovedParts moved{
        .fd = Fd{static_cast<std::int32_t>(enter.args[0])}, .written = mover->written, .vector = mover->shape != TransferShape::buffer};
    const Call call(enter, &exit);
    // strace shows all that the caller offered, also where less was taken.
    Gathering gathering(call, mover->written ? UINT64_MAX : static_cast<std::uint64_t>(exit.result));
    gathering.all(mover->shape, enter);
    for (const Gathering::Part& part : gathering.parts()) moved.parts.push_back(part.bytes);
    return moved;
}

}  // namespace shimtrace::decoders
