#include "tracer/bpf/kernel_types.hpp"

#include "tracer/procfs/owned_fd.hpp"
#include "tracer/procfs/whole_file.hpp"

#include <fcntl.h>
#include <linux/btf.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace shimtrace::bpf {
namespace {

template <typename T>
std::optional<T> value_at(std::string_view bytes, std::size_t at) {
    T value;
    if (at > bytes.size() || bytes.size() - at < sizeof value) return std::nullopt;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

/// What follows a type's own twelve bytes. nullopt: a kind that is not known, behind which nothing can be found.
std::optional<std::size_t> bytes_behind(const btf_type& type) {
    const std::size_t rows = BTF_INFO_VLEN(type.info);
    switch (BTF_INFO_KIND(type.info)) {
        case BTF_KIND_PTR:
        case BTF_KIND_FWD:
        case BTF_KIND_TYPEDEF:
        case BTF_KIND_VOLATILE:
        case BTF_KIND_CONST:
        case BTF_KIND_RESTRICT:
        case BTF_KIND_FUNC:
        case BTF_KIND_FLOAT:
        case BTF_KIND_TYPE_TAG:
            return 0;
        case BTF_KIND_INT:
            return sizeof(std::uint32_t);
        case BTF_KIND_ARRAY:
            return sizeof(btf_array);
        case BTF_KIND_STRUCT:
        case BTF_KIND_UNION:
            return rows * sizeof(btf_member);
        case BTF_KIND_ENUM:
            return rows * sizeof(btf_enum);
        case BTF_KIND_FUNC_PROTO:
            return rows * sizeof(btf_param);
        case BTF_KIND_VAR:
            return sizeof(btf_var);
        case BTF_KIND_DATASEC:
            return rows * sizeof(btf_var_secinfo);
        case BTF_KIND_DECL_TAG:
            return sizeof(btf_decl_tag);
        case BTF_KIND_ENUM64:
            return rows * sizeof(btf_enum64);
        default:
            return std::nullopt;
    }
}

bool has_members(const btf_type& type) {
    return BTF_INFO_KIND(type.info) == BTF_KIND_STRUCT || BTF_INFO_KIND(type.info) == BTF_KIND_UNION;
}

}  // namespace

std::optional<KernelTypes> KernelTypes::read(const std::vector<std::string_view>& names) {
    constexpr std::size_t most = std::size_t{64} << 20;
    const host::OwnedFd file(::open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return std::nullopt;
    auto bytes = host::read_whole(file.get(), most, static_cast<std::size_t>(status.st_size));
    return bytes ? parse(std::move(*bytes), names) : std::nullopt;
}

std::optional<KernelTypes> KernelTypes::parse(std::string bytes, const std::vector<std::string_view>& names) {
    const auto header = value_at<btf_header>(bytes, 0);
    if (!header || header->magic != BTF_MAGIC) return std::nullopt;
    const std::uint64_t first = std::uint64_t{header->hdr_len} + header->type_off, end = first + header->type_len;
    const std::uint64_t strings = std::uint64_t{header->hdr_len} + header->str_off, strings_end = strings + header->str_len;
    if (end > bytes.size() || strings_end > bytes.size()) return std::nullopt;
    KernelTypes types;
    types.bytes_ = std::move(bytes);
    types.strings_ = strings;
    types.strings_end_ = strings_end;
    types.types_ = {0};  // number 0 is void, which is not listed
    constexpr std::size_t usual = 28;
    types.types_.reserve((end - first) / usual);
    const std::string_view listed = std::string_view(types.bytes_).substr(0, end);
    // Of some hundred thousand names a few are asked for.
    std::array<std::vector<std::string_view>, 256> by_first;
    for (const std::string_view name : names) by_first[static_cast<unsigned char>(name.front())].push_back(name);
    const auto asked_for = [&](std::uint32_t offset) -> std::optional<std::string_view> {
        if (offset >= header->str_len) return std::nullopt;
        const std::string_view text = std::string_view(types.bytes_).substr(strings + offset, header->str_len - offset);
        for (const std::string_view name : by_first[static_cast<unsigned char>(text.front())])
            if (text.size() > name.size() && text[name.size()] == '\0' && text.starts_with(name)) return name;
        return std::nullopt;
    };
    for (std::uint64_t at = first; at < end;) {
        const auto type = value_at<btf_type>(listed, at);
        const auto behind = type ? bytes_behind(*type) : std::nullopt;
        if (!behind) return std::nullopt;
        const unsigned kind = BTF_INFO_KIND(type->info);
        if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_FUNC)
            if (const auto name = asked_for(type->name_off))
                types.named_.push_back({std::string(*name), static_cast<std::uint32_t>(types.types_.size()), kind == BTF_KIND_FUNC});
        types.types_.push_back(static_cast<std::uint32_t>(at));
        at += sizeof *type + *behind;
    }
    return types;
}

std::string_view KernelTypes::text(std::uint32_t offset) const {
    if (offset >= strings_end_ - strings_) return {};
    const char* const begin = bytes_.data() + strings_ + offset;
    return {begin, ::strnlen(begin, strings_end_ - strings_ - offset)};
}

std::optional<std::uint64_t> KernelTypes::bit_offset(std::uint32_t number, std::string_view member, int depth) const {
    constexpr int deepest = 8;
    if (number == 0 || number >= types_.size() || depth > deepest) return std::nullopt;
    const auto type = value_at<btf_type>(bytes_, types_[number]);
    if (!type || !has_members(*type)) return std::nullopt;
    const bool with_sizes = BTF_INFO_KFLAG(type->info);
    for (std::size_t i = 0; i < BTF_INFO_VLEN(type->info); ++i) {
        const auto row = value_at<btf_member>(bytes_, types_[number] + sizeof *type + i * sizeof(btf_member));
        if (!row) return std::nullopt;
        const std::uint64_t at = with_sizes ? BTF_MEMBER_BIT_OFFSET(row->offset) : row->offset;
        const std::string_view name = text(row->name_off);
        if (name == member) return with_sizes && BTF_MEMBER_BITFIELD_SIZE(row->offset) != 0 ? std::nullopt : std::optional(at);
        if (!name.empty()) continue;
        if (const auto inner = bit_offset(row->type, member, depth + 1)) return at + *inner;
    }
    return std::nullopt;
}

std::optional<std::int32_t> KernelTypes::offset(std::string_view structure, std::string_view member) const {
    std::optional<std::uint64_t> only;
    for (const Named& named : named_) {
        const auto bits = named.function || named.name != structure ? std::nullopt : bit_offset(named.id, member, 0);
        if (!bits) continue;
        if (*bits % 8 != 0 || (only && *only != *bits)) return std::nullopt;
        only = bits;
    }
    return only ? std::optional(static_cast<std::int32_t>(*only / 8)) : std::nullopt;
}

std::optional<std::int32_t> KernelTypes::size(std::string_view structure) const {
    std::optional<std::int32_t> only;
    for (const Named& named : named_) {
        const auto type = named.function || named.name != structure ? std::nullopt : value_at<btf_type>(bytes_, types_[named.id]);
        if (!type) continue;
        const auto size = static_cast<std::int32_t>(type->size);
        if (only && *only != size) return std::nullopt;
        only = size;
    }
    return only;
}

std::optional<std::uint32_t> KernelTypes::function(std::string_view name) const {
    const auto found = std::ranges::find_if(named_, [&](const Named& named) { return named.function && named.name == name; });
    return found == named_.end() ? std::nullopt : std::optional(found->id);
}

}  // namespace shimtrace::bpf
