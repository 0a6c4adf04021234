#include "decoders/syscalls/layout/field_walk.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace shimtrace::decoders {

namespace {

std::span<const Field> chosen(const ByNumber& table, const Region& whole) {
    const std::uint64_t number = number_at(whole, table.place, table.width) & table.mask;
    const auto row = std::ranges::find(table.rows, number, &OfNumber::number);
    return row != table.rows.end() ? row->fields : table.otherwise;
}

std::size_t aligned(std::size_t at, const Value& value) {
    const std::size_t alignment = alignment_of(value);
    return value.offset != nowhere ? value.offset : (at + alignment - 1) & ~(alignment - 1);
}

/// Where the last of them ends that begin at `at`.
std::size_t end_of(std::span<const Field> fields, std::size_t at) {
    std::size_t end = at;
    for (const Field& field : fields) {
        if (field.value.format == Format::by_number) {
            for (const OfNumber& row : field.value.by_number->rows) end = std::max(end, end_of(row.fields, at));
            end = std::max(end, end_of(field.value.by_number->otherwise, at));
            continue;
        }
        at = aligned(at, field.value) + size_of(field.value) * static_cast<std::size_t>(1 + std::ranges::count(field.names, ' '));
        end = std::max(end, at);
    }
    return end;
}

}  // namespace

std::uint64_t number_at(const Region& whole, std::uint16_t place, std::size_t width) {
    const Region here = whole.from(place);
    std::uint64_t number = 0;
    std::memcpy(&number, here.bytes.data(), std::min({width, here.bytes.size(), sizeof number}));
    return number;
}

bool FieldWalk::next() {
    at_ += size_;
    while (!more_names_) {
        if (fields_.empty()) {
            if (after_.empty()) return false;
            fields_ = std::exchange(after_, {});
        }
        const Field& field = fields_.front();
        fields_ = fields_.subspan(1);
        if (field.value.format == Format::by_number) {
            after_ = fields_;
            fields_ = chosen(*field.value.by_number, whole_);
            continue;
        }
        value_ = &field.value;
        names_ = field.names;
        size_ = size_of(*value_);
        at_ = aligned(at_, *value_);
        more_names_ = true;
    }
    name_ = names_.substr(0, names_.find(' '));
    names_.remove_prefix(std::min(names_.size(), name_.size() + 1));
    more_names_ = !names_.empty();
    return true;
}

void collect_descriptors(const Value& value, const Region& region, std::vector<Fd>& into) {
    if (value.format == Format::descriptor && region.readable(sizeof(std::int32_t)))
        into.push_back(Fd{static_cast<std::int32_t>(number_at(region, 0, sizeof(std::int32_t)))});
    if (value.format != Format::layout) return;
    for (FieldWalk walk(value.layout->fields, region); walk.next();) collect_descriptors(walk.value(), walk.part(), into);
}

std::size_t alignment_of(const Value& value) {
    switch (value.format) {
        case Format::layout: {
            std::size_t most = 1;
            for (const Field& field : value.layout->fields) most = std::max(most, alignment_of(field.value));
            return most;
        }
        case Format::elements:
            return alignment_of(value.elements->element);
        case Format::ratio:
            return sizeof(std::uint32_t);
        case Format::bytes:
        case Format::skipped:
        case Format::text:
        case Format::buffer:
        case Format::uuid:
        case Format::hardware_address:
        case Format::counted_text:
        case Format::counted_bytes:
        case Format::counted_hardware_address:
        case Format::inet6:
        case Format::address:
            return 1;
        default:
            return std::has_single_bit(size_of(value)) ? std::min<std::size_t>(size_of(value), 8) : 1;
    }
}

std::size_t size_of(const Layout& layout) {
    return layout.size != 0 ? layout.size : end_of(layout.fields, 0);
}

}  // namespace shimtrace::decoders
