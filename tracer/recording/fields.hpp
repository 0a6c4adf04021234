// Structs as numbered fields, from one description that serves writing and reading alike. The wire is that of Protocol
// Buffers (`protoc --decode_raw` reads it): a key (number << 3 | wire type), then a varint (signed: zigzag) or a length and
// bytes. A field at its default is left out, a field that the reader does not know is skipped: so both older and newer
// versions read each other's structs.
#pragma once

#include "tracer/recording/byte_fields.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <shimtrace/boxed.hpp>
#include <shimtrace/process_state.hpp>
#include <shimtrace/rare.hpp>
#include <shimtrace/shared_text.hpp>
#include <shimtrace/types.hpp>

namespace shimtrace::recording {

/// One row of a struct's description. A number, once given, is never given to another field.
template <typename Struct, typename Member>
struct Field {
    std::uint32_t number;
    Member Struct::*member;
};

/// Specialized for each struct that can be written: `static constexpr std::tuple fields{Field{1, &T::a}, …};`
template <typename T>
struct Schema;

template <typename T>
concept Described = requires {
    Schema<T>::fields;
};

/// Of which one may be many megabytes.
template <typename T>
concept Large = requires {
    requires Schema<T>::large;
};

/// Specialized for each enum: its last enumerator. A value past it comes from a newer version or a damaged file, and reads
/// as the default.
template <typename Enum>
struct LastOf;

namespace wire {

enum Type : std::uint8_t { number = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

template <typename T>
inline constexpr bool is_vector = false;
template <typename T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
inline constexpr bool is_optional<Boxed<T>> = true;
template <typename T>
inline constexpr bool is_rare = false;
template <typename T>
inline constexpr bool is_rare<Rare<T>> = true;
template <typename T>
inline constexpr bool is_strong = false;
template <typename Number, typename Tag>
inline constexpr bool is_strong<Strong<Number, Tag>> = true;
template <typename T>
inline constexpr bool is_duration = false;
template <typename Rep, typename Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;
template <typename T>
inline constexpr bool is_time = false;
template <typename Clock, typename Duration>
inline constexpr bool is_time<std::chrono::time_point<Clock, Duration>> = true;
template <typename T>
inline constexpr bool is_array = std::is_array_v<T>;
template <typename T, std::size_t size>
inline constexpr bool is_array<std::array<T, size>> = true;

template <typename T>
inline constexpr bool is_text = std::is_same_v<T, std::string> || std::is_same_v<T, SharedText>;

/// A scalar as the varint that stands for it.
template <typename T>
std::uint64_t coded(const T& value) {
    if constexpr (is_strong<T>) {
        return coded(value.value);
    } else if constexpr (is_duration<T>) {
        return zigzag(value.count());
    } else if constexpr (is_time<T>) {
        return zigzag(value.time_since_epoch().count());
    } else if constexpr (std::is_same_v<T, ProcessState>) {
        return static_cast<unsigned char>(letter(value));
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<std::uint64_t>(value);
    } else if constexpr (std::is_signed_v<T>) {
        return zigzag(value);
    } else {
        static_assert(std::is_unsigned_v<T>);
        return value;
    }
}

template <typename T>
void decode(std::uint64_t code, T& value) {
    if constexpr (is_strong<T>) {
        decode(code, value.value);
    } else if constexpr (is_duration<T>) {
        value = T(unzigzag(code));
    } else if constexpr (is_time<T>) {
        value = T(typename T::duration(unzigzag(code)));
    } else if constexpr (std::is_same_v<T, ProcessState>) {
        if (code >= 0x20 && code < 0x7f) value = process_state(static_cast<char>(code));  // never a control byte
    } else if constexpr (std::is_enum_v<T>) {
        if (code <= static_cast<std::uint64_t>(LastOf<T>::value)) value = static_cast<T>(code);
    } else if constexpr (std::is_same_v<T, bool>) {
        value = code != 0;
    } else if constexpr (std::is_signed_v<T>) {
        value = static_cast<T>(unzigzag(code));
    } else {
        value = static_cast<T>(code);
    }
}

/// How much memory a message may make of its bytes: empty structs cost two bytes in a file and hundreds in memory.
struct Budget {
    std::size_t left = std::size_t{512} << 20;
    bool take(std::size_t size) {
        if (size > left) return false;
        left -= size;
        return true;
    }
};

template <typename Out, Described T>
void write_fields(Out& out, const T& value);
template <Described T>
void read_fields(ByteReader& in, T& value, Budget& budget);

template <typename Out, typename T>
void write_value(Out& out, std::uint32_t number, const T& value) {
    if constexpr (is_text<T>) {
        out.varint(std::uint64_t{number} << 3 | Type::bytes);
        out.string(value);
    } else if constexpr (is_array<T>) {
        out.varint(std::uint64_t{number} << 3 | Type::bytes);
        const std::size_t start = out.size();
        for (const auto& element : value) out.varint(coded(element));
        out.prefix_length(start);
    } else if constexpr (Described<T>) {
        out.varint(std::uint64_t{number} << 3 | Type::bytes);
        const std::size_t start = out.size();
        write_fields(out, value);
        out.prefix_length(start);
    } else {
        out.varint(std::uint64_t{number} << 3 | Type::number);
        out.varint(coded(value));
    }
}

template <typename T>
bool is_default(const T& value, const T& fresh) {
    if constexpr (is_array<T>) {
        return std::equal(std::begin(value), std::end(value), std::begin(fresh));
    } else {
        return value == fresh;
    }
}

template <typename Out, typename T>
void write_field(Out& out, std::uint32_t number, const T& value, const T& fresh) {
    if constexpr (is_vector<T>) {
        for (const auto& element : value) write_value(out, number, element);
    } else if constexpr (is_optional<T>) {
        if (value) write_value(out, number, *value);
    } else if constexpr (is_rare<T>) {
        write_field(out, number, *value, *fresh);
    } else if constexpr (Described<T>) {
        const std::size_t start = out.size();
        write_value(out, number, value);
        const std::size_t key = number < 16 ? 1 : 2;
        if (out.size() == start + key + 1) out.truncate(start);  // nothing in it differs from its default
    } else {
        if (!is_default(value, fresh)) write_value(out, number, value);
    }
}

template <typename Out, Described T>
void write_fields(Out& out, const T& value) {
    static const T fresh{};
    std::apply([&](const auto&... field) { (write_field(out, field.number, value.*field.member, fresh.*field.member), ...); },
               Schema<T>::fields);
}

template <typename T>
void read_value(ByteReader& in, Type type, T& value, Budget& budget) {
    if constexpr (is_vector<T>) {
        if (!budget.take(sizeof(typename T::value_type))) return in.fail();
        read_value(in, type, value.emplace_back(), budget);
    } else if constexpr (is_optional<T>) {
        if (!budget.take(sizeof(typename T::value_type))) return in.fail();
        read_value(in, type, value.emplace(), budget);
    } else if constexpr (is_rare<T>) {
        if (!budget.take(sizeof(typename T::value_type))) return in.fail();
        read_value(in, type, value.edit(), budget);
    } else if constexpr (is_text<T>) {
        if (type != Type::bytes) return in.fail();
        value = in.string();
        // Each that is read is one of its own, wherever it was shared before.
        constexpr std::size_t shared_overhead = std::is_same_v<T, SharedText> ? 48 : 0;
        if (!budget.take(value.size() + (value.empty() ? 0 : shared_overhead))) in.fail();
    } else if constexpr (is_array<T>) {
        if (type != Type::bytes) return in.fail();
        ByteReader elements(in.raw(in.varint()));
        for (auto& element : value) {
            if (elements.at_end()) break;
            decode(elements.varint(), element);
        }
        if (elements.failed()) in.fail();
    } else if constexpr (Described<T>) {
        if (type != Type::bytes) return in.fail();
        ByteReader message(in.raw(in.varint()));
        read_fields(message, value, budget);
        if (message.failed()) in.fail();
    } else {
        if (type != Type::number) return in.fail();
        decode(in.varint(), value);
    }
}

inline void skip(ByteReader& in, Type type) {
    switch (type) {
        case Type::number:
            in.varint();
            return;
        case Type::fixed64:
            in.raw(8);
            return;
        case Type::bytes:
            in.raw(in.varint());
            return;
        case Type::fixed32:
            in.raw(4);
            return;
    }
    in.fail();
}

template <Described T>
void read_fields(ByteReader& in, T& value, Budget& budget) {
    while (!in.at_end()) {
        const std::uint64_t key = in.varint();
        const auto type = static_cast<Type>(key & 7);
        const auto read = [&](const auto& field) {
            if (field.number != key >> 3) return false;
            read_value(in, type, value.*field.member, budget);
            return true;
        };
        if (!std::apply([&](const auto&... field) { return (read(field) || ...); }, Schema<T>::fields)) skip(in, type);
    }
}

}  // namespace wire

template <Described T>
void write_message(ByteWriter& out, const T& value) {
    wire::write_fields(out, value);
}

/// How many bytes that is.
template <Described T>
std::size_t message_size(const T& value) {
    ByteCounter count;
    wire::write_fields(count, value);
    return count.size();
}

/// Writes a message, and gives its bytes away meanwhile: whole it is as large as what it tells of.
template <typename Take>
class PieceWriter {
public:
    explicit PieceWriter(const Take& take) : take_(take) {}

    template <Described T>
    void write(const T& value) {
        write_fields(value);
        give(1);
    }

private:
    static constexpr std::size_t enough = std::size_t{64} << 10;

    template <Described T>
    void write_fields(const T& value) {
        static const T fresh{};
        std::apply([&](const auto&... field) { (write_field(field.number, value.*field.member, fresh.*field.member), ...); },
                   Schema<T>::fields);
    }

    template <typename T>
    void write_field(std::uint32_t number, const T& value, const T& fresh) {
        if constexpr (wire::is_vector<T>) {
            for (const auto& element : value) write_value(number, element);
        } else if constexpr (wire::is_optional<T>) {
            if (value) write_value(number, *value);
        } else {
            wire::write_field(piece_, number, value, fresh);
            give(enough);
        }
    }

    template <typename T>
    void write_value(std::uint32_t number, const T& value) {
        if constexpr (Large<T>) {
            piece_.varint(std::uint64_t{number} << 3 | wire::Type::bytes);
            piece_.varint(message_size(value));
            write_fields(value);
        } else {
            wire::write_value(piece_, number, value);
        }
        give(enough);
    }

    void give(std::size_t least) {
        if (piece_.size() < least) return;
        take_(piece_.bytes());
        piece_.clear();
    }

    const Take& take_;
    ByteWriter piece_;
};

/// The bytes of write_message, of a large struct a member or an element at a time.
template <Described T, typename Take>
void write_message_in_pieces(const T& value, const Take& take) {
    PieceWriter<Take>(take).write(value);
}

/// nullopt: the bytes are no such message.
template <Described T>
std::optional<T> read_message(std::span<const std::byte> bytes) {
    ByteReader in(bytes);
    std::optional<T> value(std::in_place);
    wire::Budget budget;
    wire::read_fields(in, *value, budget);
    if (in.failed()) value.reset();
    return value;
}

}  // namespace shimtrace::recording
