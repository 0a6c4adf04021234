// The types of the kernel that runs, as it tells them itself (BTF, Documentation/bpf/btf.rst).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::bpf {

class KernelTypes {
public:
    /// `names`: of the structs and functions that will be asked for. nullopt: the kernel tells none (CONFIG_DEBUG_INFO_BTF), or not so that
    /// it is understood.
    static std::optional<KernelTypes> read(const std::vector<std::string_view>& names);
    /// The same of the bytes of /sys/kernel/btf/vmlinux.
    static std::optional<KernelTypes> parse(std::string bytes, const std::vector<std::string_view>& names);

    /// Where the member begins in the struct, in bytes; members of unnamed members are the struct's own. nullopt: there is none, it is a
    /// bit field, or several structs of that name have it in several places.
    [[nodiscard]] std::optional<std::int32_t> offset(std::string_view structure, std::string_view member) const;
    /// What one of them takes, in bytes. nullopt: there is none, or several of that name take different sizes.
    [[nodiscard]] std::optional<std::int32_t> size(std::string_view structure) const;
    /// The function's number.
    [[nodiscard]] std::optional<std::uint32_t> function(std::string_view name) const;

private:
    struct Named {
        std::string name;
        std::uint32_t id = 0;
        bool function = false;
    };

    KernelTypes() = default;
    [[nodiscard]] std::string_view text(std::uint32_t offset) const;
    [[nodiscard]] std::optional<std::uint64_t> bit_offset(std::uint32_t type, std::string_view member, int depth) const;

    std::string bytes_;
    std::size_t strings_ = 0, strings_end_ = 0;
    std::vector<std::uint32_t> types_;  ///< where each is in the bytes, by its number
    std::vector<Named> named_;          ///< their names are those asked for
};

}  // namespace shimtrace::bpf
