#include "decoders/syscalls/table.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/numbers.hpp"
#include "decoders/syscalls/row.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

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

TEST_CASE("what came since Linux 5.1 has one number everywhere") {
    for (const Numbered32& row : shared_numbers())
        for (const Arch arch : {Arch::x86_64, Arch::x32, Arch::aarch64, Arch::i386, Arch::arm}) {
            CAPTURE(row.name);
            CHECK(syscall_name(arch, row.number | (arch == Arch::x32 ? 0x40000000 : 0)) == row.name);
        }
    CHECK(syscall_name(Arch::aarch64, 435) == "clone3");
    CHECK(syscall_name(Arch::arm, 403) == "clock_gettime64");
    CHECK_FALSE(syscall_name(Arch::arm, 447));
}

TEST_CASE("every number has a row, and every row a number") {
    std::set<std::string_view> rows, numbered;
    for (const auto area : all_rows())
        for (const SyscallRow& row : area) {
            CAPTURE(row.name);
            CHECK(rows.insert(row.name).second);
        }
    for (const auto table : {x86_64_numbers(), x32_numbers(), aarch64_numbers()})
        for (const auto& [number, name] : table) {
            CAPTURE(name);
            CHECK(rows.contains(name));
            numbered.insert(name);
        }
    for (const auto table : {i386_numbers(), shared_numbers()})
        for (const Numbered32& row : table) numbered.insert(row.name);
    for (const std::string_view name : rows) {
        CAPTURE(name);
        CHECK(numbered.contains(name));
    }
}

TEST_CASE("a variant is told once, follows its selector, and has no more arguments than there are registers") {
    for (const auto area : all_rows())
        for (const SyscallRow& row : area) {
            if (row.variants == nullptr) continue;
            CAPTURE(row.name);
            const std::size_t fixed = row.variants->selector + std::size_t{1};
            CHECK(fixed <= row.count);
            std::set<std::uint32_t> values;
            for (const Variant& variant : row.variants->rows) {
                CAPTURE(variant.name);
                CHECK_FALSE(variant.name.empty());
                CHECK(values.insert(variant.value).second);
                CHECK((variant.value & row.variants->ignored) == 0);
                CHECK(fixed + static_cast<std::size_t>(std::max<int>(variant.count, 0)) <= row.table.size());
            }
        }
}

TEST_CASE("what is known of a call is known of its variant") {
    const auto of = [](std::string_view name, std::uint64_t command, Arch arch = Arch::x86_64) {
        return *call_facts(arch, *syscall_number(arch, name), {3, command});
    };
    CHECK(of("fcntl", 7).waits.how == WaitsFor::locks);
    CHECK_FALSE(of("fcntl", 6).waits);
    CHECK(of("fcntl", 4).effect == DescriptorEffect::changes);
    CHECK(of("fcntl", 1030).may_return_descriptor);
    CHECK_FALSE(of("fcntl", 3).may_return_descriptor);
    CHECK(of("ioctl", 0xb701).may_return_descriptor);
    CHECK_FALSE(of("ioctl", 0xb703).may_return_descriptor);
    CHECK(of("futex", 128).waits.how == WaitsFor::locks);
    CHECK(of("fcntl64", 14, Arch::i386).waits.how == WaitsFor::locks);
    CHECK(of("fcntl", 12345).effect == of("fcntl", 1).effect);
    for (const std::string_view name : {"fcntl", "ioctl", "bpf"})
        CHECK(call_facts(Arch::x86_64, *syscall_number(Arch::x86_64, name))->may_return_descriptor);
}

TEST_CASE("i386's calls without a row are those that only 32-bit programs have") {
    std::string alone;
    for (const std::int64_t number : syscall_numbers(Arch::i386))
        if (!call_facts(Arch::i386, number)) alone.append(*syscall_name(Arch::i386, number)).append(" ");
    CHECK(alone ==
          "break stime stty gtty nice ftime prof signal lock mpx ulimit oldolduname sigaction sgetmask ssetmask sigpending readdir profil "
          "olduname "
          "idle vm86old ipc sigreturn sigprocmask bdflush vm86 fadvise64_64 ");
}

TEST_CASE("what returns a descriptor and what waits on which follows from the row") {
    const auto facts = [](std::string_view name) { return *call_facts(Arch::x86_64, *syscall_number(Arch::x86_64, name)); };
    CHECK(facts("open_tree_attr").may_return_descriptor);
    CHECK(facts("openat").places.paths[0] == 1);
    CHECK(facts("symlinkat").places.paths == std::array<std::int8_t, 2>{2, -1});
    CHECK(facts("move_mount").places.paths == std::array<std::int8_t, 2>{1, 3});
    CHECK(facts("clone").places.paths[0] == -1);
    CHECK(facts("socketpair").places.descriptor_pair == 3);
    CHECK(facts("recvfrom").places.message_flags == 3);
    CHECK(facts("readv").shape == MovedShape::vector);
    CHECK_FALSE(facts("readv").written);
    CHECK(facts("vmsplice").shape == MovedShape::none);
    CHECK(facts("epoll_pwait2").places.timeout == 3);
    CHECK(facts("epoll_pwait2").places.timeout_is_pointer);
    CHECK_FALSE(facts("epoll_wait").places.timeout_is_pointer);
}

TEST_CASE("a splice waits for its source where that is empty") {
    CHECK(waits_for_source(OpenFileKind::pipe, true, {}));
    CHECK_FALSE(waits_for_source(OpenFileKind::pipe, false, {}));
    CHECK(waits_for_source(OpenFileKind::unix_socket, {}, false));
    CHECK_FALSE(waits_for_source(OpenFileKind::unix_socket, {}, true));
    CHECK_FALSE(waits_for_source(OpenFileKind::file, {}, {}));
    CHECK(waits_for_source(OpenFileKind::pipe, {}, {}));
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
