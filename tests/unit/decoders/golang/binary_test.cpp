#include "decoders/golang/binary.hpp"
#include "decoders/golang/code.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>

#include <elf.h>

using namespace shimtrace;

namespace {

std::vector<std::byte> contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    std::vector<std::byte> bytes(static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg())));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

/// A stripped Go program that every host with containers has.
const std::vector<std::byte>& runc() {
    static const std::vector<std::byte> bytes =
        std::filesystem::exists("/usr/sbin/runc") ? contents("/usr/sbin/runc") : contents("/usr/bin/runc");
    return bytes;
}

}  // namespace

TEST_CASE("what is no Go program is none, and no error") {
    const std::vector<std::byte> own = contents("/proc/self/exe");
    const auto learned = golang::learn_binary(own);
    REQUIRE(learned);
    CHECK_FALSE(*learned);
    CHECK_FALSE(*golang::learn_binary({}));
}

TEST_CASE("a stripped runc teaches its version, its functions, and where its goroutines are") {
    if (runc().empty()) return;
    const auto learned = golang::learn_binary(runc());
    REQUIRE(learned);
    REQUIRE(*learned);
    const golang::GoBinary& binary = **learned;
    CHECK(binary.version.starts_with("go1."));
    CHECK(binary.minor >= golang::oldest_minor);
    CHECK_FALSE(binary.all_goroutines.empty());
    CHECK_FALSE(binary.semaphore_tables.empty());
    CHECK(std::ranges::find(binary.wait_reasons, "IO wait") != binary.wait_reasons.end());
    CHECK_FALSE(binary.trees.empty());

    const std::string_view wanted[] = {"main.main", "runtime.goexit", "main.no_such_function"};
    const auto found = binary.lines.find_names(wanted);
    REQUIRE(found[0]);
    CHECK_FALSE(found[2]);
    CHECK(binary.lines.name(*binary.lines.find(found[0]->entry + 1)) == "main.main");
    const auto source = binary.lines.source(*found[0], found[0]->entry, binary.trees);
    CHECK(source.back().file.ends_with(".go"));
    CHECK(source.back().line > 0);
}

TEST_CASE("an executable with lies in it gives an answer or an error, never more") {
    if (runc().empty()) return;
    const auto sound = golang::learn_binary(runc());
    REQUIRE((sound && *sound));
    // Strike where it hurts: the headers, the pclntab's, and moduledata.
    std::vector<std::byte> bytes = runc();
    std::mt19937 random(7);
    for (int round = 0; round < 8; ++round) {
        for (int i = 0; i < 40; ++i) bytes[random() % 4096] = std::byte{static_cast<unsigned char>(random())};
        bytes[0] = runc()[0], bytes[1] = runc()[1], bytes[2] = runc()[2], bytes[3] = runc()[3];
        (void)golang::learn_binary(bytes);
        std::ranges::copy(std::span(runc()).first(4096), bytes.begin());
    }
    bytes.resize(bytes.size() / 2);
    (void)golang::learn_binary(bytes);
}

TEST_CASE("an executable's section headers tell that it is no Go program: nothing is searched for in the rest of it") {
    if (runc().empty()) return;
    std::vector<std::byte> bytes = runc();
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    Elf64_Shdr names;
    std::memcpy(&names, bytes.data() + header.e_shoff + std::size_t{header.e_shstrndx} * sizeof names, sizeof names);
    const auto all_names = std::span(bytes).subspan(names.sh_offset, names.sh_size);
    std::ranges::replace_if(
        all_names, [](std::byte one) { return one != std::byte{0}; }, std::byte{'x'});
    const auto without_names = golang::learn_binary(bytes);
    REQUIRE(without_names);
    CHECK_FALSE(*without_names);

    // Without any headers only a search can tell.
    header.e_shoff = header.e_shnum = header.e_shstrndx = 0;
    std::memcpy(bytes.data(), &header, sizeof header);
    const auto without_headers = golang::learn_binary(bytes);
    REQUIRE(without_headers);
    CHECK(*without_headers);
}

TEST_CASE("code refers to what its rip-relative operands lead to") {
    // 48 8b 05 10 00 00 00: mov rax, [rip+0x10]; e8 00 01 00 00: call +0x100
    const unsigned char code[] = {0x48, 0x8b, 0x05, 0x10, 0, 0, 0, 0xe8, 0, 1, 0, 0};
    const auto bytes = std::as_bytes(std::span(code));
    const auto references = golang::referenced_addresses(Arch::x86_64, bytes, 0x1000);
    CHECK(std::ranges::find(references, 0x1000u + 7 + 0x10) != references.end());
    CHECK(golang::direct_calls(Arch::x86_64, bytes, 0x1000) == std::vector<golang::DirectCall>{{0x1000 + 12 + 0x100, 0x1000 + 12}});
}

TEST_CASE("aarch64's code refers to a page and what is added to it") {
    // adrp x0, 0x5000; add x1, x0, #0x18; ldr x2, [x1, #8]; ldp x3, x4, [x0, #-16]; strb w5, [x6]; bl .-0x10
    const std::uint32_t code[] = {0x90000020, 0x91006001, 0xf9400422, 0xa97f1003, 0x390000c5, 0x97fffffc};
    const auto bytes = std::as_bytes(std::span(code));
    CHECK(golang::referenced_addresses(Arch::aarch64, bytes, 0x1010) == std::vector<std::uint64_t>{0x4ff0, 0x5018, 0x5020});
    CHECK(golang::direct_calls(Arch::aarch64, bytes, 0x1010) == std::vector<golang::DirectCall>{{0x1010 + 20 - 16, 0x1010 + 24}});
}
