// One call as decoders see it: entry, exit where it returned, and what was captured of its memory.
#pragma once

#include "decoders/syscalls/row.hpp"

#include <shimtrace/event.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>

namespace shimtrace::decoders {

class Call {
public:
    Call(const Event& enter, const Event* exit) : enter_(enter), exit_(exit) {}

    [[nodiscard]] const Event& enter() const { return enter_; }
    [[nodiscard]] const Event* exit() const { return exit_; }
    [[nodiscard]] std::uint64_t argument(unsigned index) const { return index < 6 ? enter_.args[index] : 0; }
    [[nodiscard]] std::uint32_t argument32(unsigned index) const { return static_cast<std::uint32_t>(argument(index)); }
    /// Bytes of a pointer or a size_t in the caller's memory.
    [[nodiscard]] std::size_t pointer_size() const { return is_32_bit(enter_.arch) ? 4 : 8; }
    [[nodiscard]] bool returned() const { return exit_ != nullptr; }
    [[nodiscard]] bool failed() const { return exit_ && exit_->is_error; }
    [[nodiscard]] bool succeeded() const { return exit_ && !exit_->is_error; }
    [[nodiscard]] std::int64_t result() const { return exit_ ? exit_->result : 0; }
    /// Of a call that returns a length or a count: 0 where it has failed.
    [[nodiscard]] std::uint64_t returned_count() const { return succeeded() && result() > 0 ? static_cast<std::uint64_t>(result()) : 0; }

    /// What was captured at `address`, at most `most` bytes. What was read at exit counts before what was read at entry.
    [[nodiscard]] std::optional<std::span<const std::byte>> bytes(std::uint64_t address, std::size_t most) const {
        if (exit_)
            if (const auto found = exit_->memory.at(RemoteAddress{address}, most); found && (!found->empty() || most == 0)) return found;
        return bytes_at_entry(address, most);
    }
    [[nodiscard]] std::optional<std::span<const std::byte>> bytes_at_entry(std::uint64_t address, std::size_t most) const {
        const auto found = enter_.memory.at(RemoteAddress{address}, most);
        return found && (!found->empty() || most == 0) ? found : std::nullopt;
    }

    template <typename T>
    [[nodiscard]] std::optional<T> value(std::uint64_t address) const {
        if (exit_)
            if (const auto found = exit_->memory.value<T>(RemoteAddress{address})) return found;
        return enter_.memory.value<T>(RemoteAddress{address});
    }
    template <typename T>
    [[nodiscard]] std::optional<T> value_at_entry(std::uint64_t address) const {
        return enter_.memory.value<T>(RemoteAddress{address});
    }
    /// The first bytes of a T whose length the caller chose (sched_attr, clone_args, statx …), the rest zero.
    template <typename T>
    [[nodiscard]] std::optional<T> prefix(std::uint64_t address, std::size_t length) const {
        const auto found = bytes(address, std::min(length, sizeof(T)));
        if (!found || found->size() < std::min(length, sizeof(T))) return std::nullopt;
        T result{};
        std::memcpy(&result, found->data(), found->size());
        return result;
    }

private:
    const Event& enter_;
    const Event* exit_;
};

inline bool is_all_zero(std::span<const std::byte> bytes) {
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

/// A trivially copyable value at an offset of bytes; zero where they end before it.
template <typename T>
T value_at(std::span<const std::byte> bytes, std::size_t offset) {
    T result{};
    if (offset <= bytes.size() && bytes.size() - offset >= sizeof(T)) std::memcpy(&result, bytes.data() + offset, sizeof(T));
    return result;
}

/// A pointer or a size_t of `size` bytes.
inline std::uint64_t pointer_at(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
    return size == 4 ? value_at<std::uint32_t>(bytes, offset) : value_at<std::uint64_t>(bytes, offset);
}

}  // namespace shimtrace::decoders
