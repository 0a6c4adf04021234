#include "decoders/syscalls/table.hpp"

#include "decoders/syscalls/descriptor_effects.hpp"
#include "decoders/syscalls/transfer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>

using namespace shimtrace;
using namespace shimtrace::decoders;

TEST_CASE("every x86-64 call of Linux 6.18 has a name, and the name its number") {
    const auto numbers = syscall_numbers(Arch::x86_64);
    CHECK(numbers.size() == 383);
    for (const std::int64_t number : numbers) CHECK(syscall_number(Arch::x86_64, *syscall_name(Arch::x86_64, number)) == number);
    CHECK(syscall_name(Arch::x86_64, 0) == "read");
    CHECK(syscall_name(Arch::x86_64, 469) == "file_setattr");
    CHECK_FALSE(syscall_name(Arch::x86_64, 400));
    CHECK_FALSE(syscall_name(Arch::x86_64, -1));
    CHECK_FALSE(syscall_name(Arch::x86_64, 1 << 20));
}

TEST_CASE("other architectures have their own numbers for the same calls") {
    CHECK(syscall_name(Arch::i386, 1) == "exit");
    CHECK(syscall_name(Arch::i386, 102) == "socketcall");
    CHECK(syscall_name(Arch::aarch64, 56) == "openat");
    CHECK(syscall_name(Arch::x32, 0x40000000) == "read");
    CHECK(syscall_name(Arch::x32, 0x40000000 + 519) == "recvmsg");
    CHECK_FALSE(syscall_number(Arch::aarch64, "open"));
}

TEST_CASE("every row of a table beside this one is of a call that some architecture has") {
    const auto known = [](std::string_view name, std::initializer_list<Arch> archs) {
        return std::ranges::any_of(archs, [&](Arch arch) { return syscall_number(arch, name).has_value(); });
    };
    for (const EffectRow& row : effect_rows()) {
        CAPTURE(row.name);
        CHECK(known(row.name, {Arch::x86_64, Arch::i386, Arch::aarch64}));
    }
    for (const std::string_view name : moving_calls()) {
        CAPTURE(name);
        CHECK(known(name, {Arch::x86_64, Arch::aarch64}));
    }
}

TEST_CASE("a call is in the classes in which strace has it") {
    const auto classes = [](std::string_view name) { return syscall_classes(Arch::x86_64, *syscall_number(Arch::x86_64, name)); };
    CHECK(classes("openat") == (class_desc | class_file));
    CHECK(classes("read") == class_desc);
    CHECK(classes("mmap") == (class_desc | class_memory));
    CHECK(classes("newfstatat") == (class_desc | class_file | class_fstat | class_stat_like));
    CHECK(classes("kill") == (class_signal | class_process));
    CHECK(classes("getuid") == (class_creds | class_pure));
    CHECK(syscall_classes(Arch::i386, *syscall_number(Arch::i386, "stat64")) == (class_file | class_stat | class_stat_like));
}
