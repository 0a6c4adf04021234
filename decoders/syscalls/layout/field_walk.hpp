// The fields of a struct in their order, each with the bytes that stand at it.
#pragma once

#include "decoders/syscalls/layout/struct_layout.hpp"

namespace shimtrace::decoders {

class FieldWalk {
public:
    FieldWalk(std::span<const Field> fields, const Region& whole) : whole_(whole), fields_(fields) {}
    /// False: there are no more.
    bool next();

    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] const Value& value() const { return *value_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// As far as the struct reaches.
    [[nodiscard]] Region part() const { return size_ != 0 ? whole_.from(at_).first(size_) : whole_.from(at_); }

private:
    Region whole_;
    std::span<const Field> fields_, after_;  ///< behind the fields of a part that a number has chosen
    const Value* value_ = nullptr;
    std::string_view name_, names_;
    std::size_t at_ = 0, size_ = 0;
    bool more_names_ = false;
};

std::size_t alignment_of(const Value& value);
/// As many as the number at a place of the struct says.
std::uint64_t number_at(const Region& whole, std::uint16_t place, std::size_t width);

}  // namespace shimtrace::decoders
