#include "decoders_syscalls/transfer.hpp"

#include "decoders_syscalls/by_number.hpp"
#include "decoders_syscalls/call.hpp"
#include "decoders_syscalls/iovec.hpp"

#include <algorithm>

namespace shimtrace::decoders {

namespace {

enum class TransferShape : std::uint8_t { none, buffer, vector, message };

struct Mover {
    std::string_view name;
    TransferShape shape = TransferShape::none;
    bool written = false;
    std::int8_t flags = -1;  ///< the argument with MSG_* flags
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
};

/// nullptr: no such call. 32-bit calls have structs of another shape: find_row has no row for them either.
const Mover* find_mover(Arch arch, std::int64_t number) {
    static const ByNumber<Mover> x86_64(Arch::x86_64, movers), aarch64(Arch::aarch64, movers);
    if (arch != Arch::x86_64 && arch != Arch::aarch64) return nullptr;
    return (arch == Arch::x86_64 ? x86_64 : aarch64).find(number);
}

/// Gathers the parts of one transfer in order; once a part is short, the rest is missing.
class Gathering {
public:
    Gathering(const Call& call, std::uint64_t length, Transfer& into) : call_(call), left_(length), into_(into) {}

    void part(std::uint64_t address, std::uint64_t size) {
        const std::uint64_t wanted = std::min(size, left_);
        left_ -= wanted;
        const auto found = wanted != 0 && into_.missing == 0 ? call_.bytes(address, wanted) : std::nullopt;
        if (found) into_.bytes.insert(into_.bytes.end(), found->begin(), found->end());
        into_.missing += wanted - (found ? found->size() : 0);
    }
    void vector(std::uint64_t address, std::uint64_t count) {
        constexpr std::uint64_t most = 1024;  // UIO_MAXIOV
        const auto list = call_.bytes(address, std::min(count, most) * iovec_size);
        if (!list) return;
        for (std::size_t at = 0; at + iovec_size <= list->size() && left_ != 0; at += iovec_size)
            part(value_at<std::uint64_t>(*list, at), value_at<std::uint64_t>(*list, at + 8));
    }
    void message(std::uint64_t address) {
        constexpr std::uint64_t iov_offset = 16, header_size = 56;  // struct msghdr of 64-bit architectures
        const auto header = call_.bytes(address, header_size);
        if (header && header->size() >= header_size)
            vector(value_at<std::uint64_t>(*header, iov_offset), value_at<std::uint64_t>(*header, iov_offset + 8));
    }
    /// What no part accounts for was moved all the same.
    void finish() { into_.missing += left_; }

private:
    const Call& call_;
    std::uint64_t left_;
    Transfer& into_;
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
    Gathering gathering(call, static_cast<std::uint64_t>(exit.result), moved);
    switch (mover->shape) {
        case TransferShape::buffer:
            gathering.part(enter.args[1], enter.args[2]);
            break;
        case TransferShape::vector:
            gathering.vector(enter.args[1], enter.args[2]);
            break;
        case TransferShape::message:
            gathering.message(enter.args[1]);
            break;
        case TransferShape::none:
            break;
    }
    gathering.finish();
    return moved;
}

}  // namespace shimtrace::decoders
