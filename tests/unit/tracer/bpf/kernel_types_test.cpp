#include "tracer/bpf/kernel_types.hpp"

#include <doctest/doctest.h>

#include <linux/btf.h>

#include <cstring>
#include <string>
#include <vector>

using namespace shimtrace::bpf;

namespace {

/// BTF as a compiler would write it.
class Writer {
public:
    std::uint32_t text(const std::string& word) {
        const auto at = static_cast<std::uint32_t>(strings_.size());
        strings_ += word + '\0';
        return at;
    }
    template <typename T>
    Writer& put(const T& value) {
        types_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    Writer& type(const std::string& name, unsigned kind, unsigned rows, bool with_sizes = false) {
        return put(btf_type{.name_off = name.empty() ? 0 : text(name), .info = kind << 24 | rows | unsigned{with_sizes} << 31, .size = 8});
    }
    Writer& member(const std::string& name, std::uint32_t type, std::uint32_t offset) {
        return put(btf_member{.name_off = name.empty() ? 0 : text(name), .type = type, .offset = offset});
    }
    [[nodiscard]] std::string bytes() const {
        const btf_header header{.magic = BTF_MAGIC,
                                .version = 1,
                                .flags = 0,
                                .hdr_len = sizeof(btf_header),
                                .type_off = 0,
                                .type_len = static_cast<std::uint32_t>(types_.size()),
                                .str_off = static_cast<std::uint32_t>(types_.size()),
                                .str_len = static_cast<std::uint32_t>(strings_.size())};
        return std::string(reinterpret_cast<const char*>(&header), sizeof header) + types_ + strings_;
    }

private:
    std::string types_, strings_ = std::string(1, '\0');
};

std::string example() {
    Writer writer;
    writer.type("int", BTF_KIND_INT, 0).put(std::uint32_t{32});                                // 1
    writer.type("", BTF_KIND_UNION, 2).member("inner", 1, 0).member("other", 1, 32);           // 2
    writer.type("file", BTF_KIND_STRUCT, 3, true).member("f_mode", 1, 64).member("", 2, 128);  // 3
    writer.member("bits", 1, 3U << 24 | 200);
    writer.type("bpf_iter_task_file", BTF_KIND_FUNC, 0);                 // 4
    writer.type("file", BTF_KIND_STRUCT, 1).member("other_file", 1, 8);  // 5: another of that name
    return writer.bytes();
}

const std::vector<std::string_view> names{"file", "bpf_iter_task_file"};

}  // namespace

TEST_CASE("members of a kernel's structs have their places, those of unnamed members too") {
    const auto types = KernelTypes::parse(example(), names);
    REQUIRE(types);
    CHECK(types->offset("file", "f_mode") == 8);
    CHECK(types->offset("file", "inner") == 16);
    CHECK(types->offset("file", "other") == 20);
    CHECK(types->offset("file", "other_file") == 1);
    CHECK_FALSE(types->offset("file", "bits"));
    CHECK_FALSE(types->offset("file", "gone"));
    CHECK_FALSE(types->offset("inode", "i_ino"));
    CHECK(types->function("bpf_iter_task_file") == 4);
    CHECK_FALSE(types->function("file"));
}

TEST_CASE("a member that two structs of one name have in two places is in none") {
    Writer writer;
    writer.type("int", BTF_KIND_INT, 0).put(std::uint32_t{32});
    writer.type("file", BTF_KIND_STRUCT, 2).member("f_mode", 1, 64).member("f_flags", 1, 0);
    writer.type("file", BTF_KIND_STRUCT, 2).member("f_mode", 1, 96).member("f_flags", 1, 0);
    const auto types = KernelTypes::parse(writer.bytes(), names);
    REQUIRE(types);
    CHECK_FALSE(types->offset("file", "f_mode"));
    CHECK(types->offset("file", "f_flags") == 0);
}

TEST_CASE("types that are cut off, or of a kind that nobody knows, are none") {
    const std::string whole = example();
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(KernelTypes::parse(whole.substr(0, size), names));
    Writer writer;
    writer.type("new", 31, 0);
    CHECK_FALSE(KernelTypes::parse(writer.bytes(), names));
}

TEST_CASE("an unnamed struct within itself ends") {
    Writer writer;
    writer.type("file", BTF_KIND_STRUCT, 1).member("", 1, 8);
    const auto types = KernelTypes::parse(writer.bytes(), names);
    REQUIRE(types);
    CHECK_FALSE(types->offset("file", "f_mode"));
}
