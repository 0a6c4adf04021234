// Commands of ioctl by their rows, and the forms that structs have there: two parts, pointers, parts that depend on a number.
#include "tests/unit/decoders/syscalls/traced_call.hpp"

#include "decoders/constants/ioctl_names.hpp"
#include "decoders/syscalls/devices/commands.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace shimtrace;
using namespace shimtrace::decoders::devices;
using test::Traced;

namespace {

constexpr std::int64_t bad_descriptor = -9;

/// A struct of so many bytes with 32-bit numbers at places of it.
template <std::size_t size>
std::string bytes_with(std::initializer_list<std::pair<std::size_t, std::uint32_t>> words) {
    std::string bytes(size, '\0');
    for (const auto& [place, word] : words) std::memcpy(bytes.data() + place, &word, sizeof word);
    return bytes;
}

std::string said(Traced& traced, std::uint32_t command, std::uint64_t argument, std::int64_t result) {
    traced.call("ioctl", {3, command, argument});
    return traced.returns(result);
}

/// What is said where the call leaves other bytes than it was given.
std::string said_after(std::uint32_t command, std::string_view before, std::string_view after, std::int64_t result = 0) {
    Traced traced;
    const std::uint64_t at = traced.memory.put(before);
    traced.call("ioctl", {3, command, at});
    traced.memory.change(at, after);
    return traced.returns(result);
}

}  // namespace

TEST_CASE("commands of ioctl rise in each table, and have names") {
    for (const std::span<const Command> rows :
         {block_commands, btrfs_commands, clock_commands, flash_commands, input_commands, line_commands, loop_commands, machine_commands,
          memory_commands, network_commands, other_commands, scsi_commands, terminal_commands, video_commands}) {
        CHECK(std::ranges::is_sorted(rows, {}, &Command::command));
        for (const Command& row : rows) {
            CAPTURE(row.command);
            CHECK(!decoders::ioctl_name(row.command).empty());
            const bool fills =
                row.way != Way::none && row.way != Way::number && row.way != Way::points && row.way != Way::takes && row.way != Way::fills;
            CHECK(fills == row.has_answer());
        }
    }
}

TEST_CASE("names in a list: of numbers, of bits, and from a number on") {
    const decoders::FlagSet some{"X_???", decoders::numbers("A B 0x10 C")}, bits{"X_???", decoders::bits("A B 8 1<<D")};
    CHECK(some.name_of(1) == "B");
    CHECK(some.name_of(16) == "C");
    CHECK(some.name_of(17).empty());
    CHECK(bits.name_of(2) == "B");
    CHECK(bits.name_of(8) == "1<<D");
    CHECK(bits.name_of(0).empty());
}

TEST_CASE("a struct of which a command reads one part and fills another") {
    constexpr std::uint32_t enumerate_inputs = 0xc050561a;
    std::string told = bytes_with<80>({{0, 5}, {36, 2}});
    told.replace(4, 6, "camera");
    CHECK(said_after(enumerate_inputs, bytes_with<80>({{0, 5}}), told) ==
          "ioctl(3, VIDIOC_ENUMINPUT, {index=5, name=\"camera\", type=V4L2_INPUT_TYPE_CAMERA}) = 0");
    CHECK(said_after(enumerate_inputs, bytes_with<80>({{0, 5}}), told, bad_descriptor)
              .starts_with("ioctl(3, VIDIOC_ENUMINPUT, {index=5}) = -1 EBADF"));
    Traced traced;
    CHECK(said(traced, enumerate_inputs, 0, bad_descriptor).starts_with("ioctl(3, VIDIOC_ENUMINPUT, NULL) = -1 EBADF"));
    // The kernel would read more than there is.
    CHECK(said(traced, enumerate_inputs, traced.memory.put("abcd"), bad_descriptor)
              .starts_with("ioctl(3, VIDIOC_ENUMINPUT, 0x10000) = -1 EBADF"));
}

TEST_CASE("a struct that a command replaces by another") {
    constexpr std::uint32_t line_event = 0xc030b404;
    const std::string asked = bytes_with<48>({{0, 4}, {4, 4}, {8, 3}});
    CHECK(said_after(line_event, asked, bytes_with<48>({{44, 7}})) ==
          "ioctl(3, GPIO_GET_LINEEVENT_IOCTL, {lineoffset=4, handleflags=GPIOHANDLE_REQUEST_ACTIVE_LOW, "
          "eventflags=GPIOEVENT_REQUEST_BOTH_EDGES, consumer_label=\"\"} => {fd=7}) = 0");
    CHECK(said_after(line_event, asked, asked, bad_descriptor).ends_with("consumer_label=\"\"}) = -1 EBADF (Bad file descriptor)"));
}

TEST_CASE("a value is shown again where the call has changed it") {
    constexpr std::uint32_t api = 0xc018aa3f;
    CHECK(said_after(api, bytes_with<24>({{0, 0xaa}}), bytes_with<24>({{0, 0xaa}, {8, 2}, {16, 3}})) ==
          "ioctl(3, UFFDIO_API, {api=0xaa, features=0 => features=UFFD_FEATURE_EVENT_FORK, "
          "ioctls=1<<_UFFDIO_REGISTER|1<<_UFFDIO_UNREGISTER}) = 0");
    CHECK(said_after(api, bytes_with<24>({{0, 0xaa}, {8, 2}}), bytes_with<24>({{0, 0xaa}, {8, 2}}))
              .ends_with("features=UFFD_FEATURE_EVENT_FORK, ioctls=0}) = 0"));
}

TEST_CASE("btrfs: a subvolume that takes over quotas, and one that does not") {
    constexpr std::uint32_t create = 0x50009418, inherits = 4, read_only = 2;
    Traced traced;
    traced.style.abbreviate = false;
    const std::uint64_t groups = traced.memory.put(bytes_with<88>({{8, 2}, {72, 5}, {80, 6}}));
    std::string request = bytes_with<4096>({{0, 3}, {16, inherits}, {24, 88}});
    std::memcpy(request.data() + 32, &groups, sizeof groups);
    request.replace(56, 3, "vol");
    CHECK(said(traced, create, traced.memory.put(request), bad_descriptor)
              .starts_with(
                  "ioctl(3, BTRFS_IOC_SUBVOL_CREATE_V2, {fd=3, flags=BTRFS_SUBVOL_QGROUP_INHERIT, size=88, qgroup_inherit={flags=0, "
                  "num_qgroups=2, num_ref_copies=0, num_excl_copies=0, lim={flags=0, max_rfer=0, max_excl=0, rsv_rfer=0, rsv_excl=0}, "
                  "qgroups=[5, 6]}, name=\"vol\"}) = -1 EBADF"));
    std::string plain = bytes_with<4096>({{0, 3}, {16, read_only}});
    plain.replace(56, 3, "vol");
    std::string made = plain;
    made[8] = 7;
    CHECK(said_after(create, plain, made) ==
          "ioctl(3, BTRFS_IOC_SUBVOL_CREATE_V2, {fd=3, flags=BTRFS_SUBVOL_RDONLY, name=\"vol\"} => {transid=7}) = 0");
}

TEST_CASE("a field that is shown in full only, and one that is shown in brief only") {
    constexpr std::uint32_t search = 0xc0709411, send = 0x40489426;
    const std::string first_free = bytes_with<112>({{0, 5}, {8, 256}, {16, 9}});
    Traced brief, full;
    full.style.abbreviate = false;
    CHECK(
        said(brief, search, brief.memory.put(first_free), bad_descriptor)
            .starts_with("ioctl(3, BTRFS_IOC_TREE_SEARCH_V2, {key={tree_id=BTRFS_FS_TREE_OBJECTID, max_objectid=BTRFS_UUID_TREE_OBJECTID, "
                         "min_offset=0"));
    CHECK(
        said(full, search, full.memory.put(first_free), bad_descriptor)
            .starts_with("ioctl(3, BTRFS_IOC_TREE_SEARCH_V2, {key={tree_id=BTRFS_FS_TREE_OBJECTID, min_objectid=BTRFS_FIRST_FREE_OBJECTID, "
                         "max_objectid=BTRFS_UUID_TREE_OBJECTID, min_offset=0"));
    for (Traced* traced : {&brief, &full}) {
        const std::uint64_t sources = traced->memory.put(bytes_with<8>({{0, 300}}));
        std::string request = bytes_with<72>({{0, 4}, {8, 1}, {24, 257}});
        std::memcpy(request.data() + 16, &sources, sizeof sources);
        const std::string line = said(*traced, send, traced->memory.put(request), 0);
        CHECK(line.contains(traced == &full ? "clone_sources=[300], parent_root=257" : "clone_sources=0x") == true);
    }
}

TEST_CASE("of a list that is cut short earlier than others") {
    constexpr std::uint32_t dedupe = 0xc0189436;
    const std::string request = bytes_with<120>({{8, 10}, {16, 3}, {24, 1}, {56, 1}, {88, 1}});
    Traced brief, full;
    full.style.abbreviate = false;
    CHECK(said(brief, dedupe, brief.memory.put(request), bad_descriptor)
              .contains("info=[{dest_fd=1, dest_offset=0}, {dest_fd=1, dest_offset=0}, ...]"));
    CHECK(said(full, dedupe, full.memory.put(request), bad_descriptor)
              .contains("info=[{dest_fd=1, dest_offset=0}, {dest_fd=1, dest_offset=0}, {dest_fd=1, dest_offset=0}]"));
}

TEST_CASE("lists behind a pointer in a struct, and strings behind pointers in those") {
    constexpr std::uint32_t set_controls = 0xc0205648;
    Traced traced;
    const std::uint64_t text = traced.memory.put("ab");
    std::string list = bytes_with<40>({{0, 0x980900}, {12, 5}, {20, 0x980901}, {24, 2}});
    std::memcpy(list.data() + 32, &text, sizeof text);
    const std::uint64_t controls = traced.memory.put(list);
    std::string request = bytes_with<32>({{0, 0x980000}, {4, 2}});
    std::memcpy(request.data() + 24, &controls, sizeof controls);
    CHECK(said(traced, set_controls, traced.memory.put(request), 0) ==
          "ioctl(3, VIDIOC_S_EXT_CTRLS, {ctrl_class=V4L2_CTRL_CLASS_USER, count=2, controls=[{id=V4L2_CID_BRIGHTNESS, size=0, value=5, "
          "value64=5}, "
          "{id=V4L2_CID_CONTRAST, size=2, string=\"ab\"}]} => {controls=[{id=V4L2_CID_BRIGHTNESS, size=0, value=5, value64=5}, "
          "{id=V4L2_CID_CONTRAST, size=2, string=\"ab\"}]}) = 0");
    // A count that nothing could have, of a list that is not there.
    const std::string wild = bytes_with<32>({{0, 0x980000}, {4, 0xffffffff}, {24, 0x10}});
    CHECK(said(traced, set_controls, traced.memory.put(wild), bad_descriptor)
              .starts_with("ioctl(3, VIDIOC_S_EXT_CTRLS, {ctrl_class=V4L2_CTRL_CLASS_USER, count=4294967295, controls=0x10}) = -1 EBADF"));
}

TEST_CASE("what a cipher is said of a loop device where there is one, and all of it where structs are shown in full") {
    constexpr std::uint32_t set_status = 0x4c04;
    std::string status = bytes_with<232>({{24, 0x200}, {40, 3}, {52, 1}});
    status.replace(56, 5, "a.img");
    Traced traced;
    const std::uint64_t at = traced.memory.put(status);
    CHECK(said(traced, set_status, at, 0) ==
          "ioctl(3, LOOP_SET_STATUS64, {lo_offset=0x200, lo_number=3, lo_flags=LO_FLAGS_READ_ONLY, lo_file_name=\"a.img\", ...}) = 0");
    traced.style.abbreviate = false;
    CHECK(said(traced, set_status, at, 0) ==
          "ioctl(3, LOOP_SET_STATUS64, {lo_device=makedev(0, 0), lo_inode=0, lo_rdevice=makedev(0, 0), lo_offset=0x200, lo_sizelimit=0, "
          "lo_number=3, "
          "lo_encrypt_type=LO_CRYPT_NONE, lo_encrypt_key_size=0, lo_flags=LO_FLAGS_READ_ONLY, lo_file_name=\"a.img\", lo_crypt_name=\"\", "
          "lo_encrypt_key=\"\", lo_init=[0, 0]}) = 0");
}

TEST_CASE("commands of many numbers and sizes") {
    Traced traced;
    CHECK(said(traced, 0x80604521, 0, bad_descriptor).starts_with("ioctl(3, EVIOCGBIT(EV_KEY, 96), NULL) = -1"));
    CHECK(said(traced, 0x80184540, 0, bad_descriptor).starts_with("ioctl(3, EVIOCGABS(ABS_X), NULL) = -1"));
    CHECK(said(traced, 0x80044d0d, 0, bad_descriptor).starts_with("ioctl(3, MIXER_READ(13) or OTPSELECT, NULL) = -1"));
    CHECK(said(traced, 0x89ff, 1, bad_descriptor).starts_with("ioctl(3, _IOC(_IOC_NONE, 0x89, 0xff, 0), 0x1) = -1"));
}

TEST_CASE("numbers stay numbers where structs are not looked at") {
    Traced traced;
    traced.style.dereference = false;
    CHECK(said(traced, 0x4c80, 7, 7) == "ioctl(3, LOOP_CTL_ADD, 7) = 7");
    CHECK(said(traced, 0x5413, traced.memory.put("abcdefgh"), 0) == "ioctl(3, TIOCGWINSZ, 0x10000) = 0");
    CHECK(said(traced, 0xc050561a, traced.memory.put(std::string(80, 'a')), 0).starts_with("ioctl(3, VIDIOC_ENUMINPUT, 0x1"));
}

TEST_CASE("quotactl by its command") {
    Traced traced;
    const std::uint64_t disk = traced.memory.put(std::string_view("/dev/sda1\0", 10)), format = traced.memory.put_value(std::uint32_t{4});
    traced.call("quotactl", {0x80000400, disk, 7, format});
    CHECK(traced.returns(0) == "quotactl(QCMD(Q_GETFMT, USRQUOTA), \"/dev/sda1\", [QFMT_VFS_V1]) = 0");
    traced.call("quotactl", {0x80000300, disk, 7, format});
    CHECK(traced.returns(-2).starts_with("quotactl(QCMD(Q_QUOTAOFF, USRQUOTA), \"/dev/sda1\") = -1 ENOENT"));
    traced.style.constants = decoders::Constants::verbose;
    traced.call("quotactl_fd", {3, 0x80000201, 2, 0});
    CHECK(traced.returns(bad_descriptor)
              .starts_with("quotactl_fd(3, 2147484161 /* QCMD(Q_QUOTAON, GRPQUOTA) */, 0x2 /* QFMT_VFS_V0 */, NULL) = -1 EBADF"));
}

TEST_CASE("what System V objects are limited to") {
    Traced traced;
    const std::array<std::int32_t, 8> limits{1, 2, 3, 4, 5, 6, 7, 8};
    traced.call("msgctl", {0, 3, traced.memory.put_value(limits)});
    CHECK(traced.returns(0) ==
          "msgctl(0, IPC_INFO, {msgpool=1, msgmap=2, msgmax=3, msgmnb=4, msgmni=5, msgssz=6, msgtql=7, msgseg=8}) = 0");
    traced.call("shmget", {0, 4096, 21U << 26 | 0600});
    CHECK(traced.returns(5) == "shmget(IPC_PRIVATE, 4096, 21<<SHM_HUGE_SHIFT|0600) = 5");
    traced.style.constants = decoders::Constants::verbose;
    traced.call("shmget", {0, 4096, 21U << 26 | 0600});
    CHECK(traced.returns(5) == "shmget(0 /* IPC_PRIVATE */, 4096, 21<<26 /* SHM_HUGE_SHIFT */|0600) = 5");
}

TEST_CASE("keys: buffers whose length stands in another argument's struct") {
    Traced traced;
    const std::array<std::uint32_t, 10> lengths{0xfffffffe, 3, 2};
    const std::uint64_t pair = traced.memory.put_value(lengths), info = traced.memory.put(std::string_view("enc\0", 4)),
                        in = traced.memory.put("abc"), out = traced.memory.put("xy");
    traced.call("keyctl", {25, pair, info, in, out});
    CHECK(traced.returns(2) ==
          "keyctl(KEYCTL_PKEY_ENCRYPT, {key_id=KEY_SPEC_PROCESS_KEYRING, in_len=3, out_len=2}, \"enc\", \"abc\", \"xy\") = 2");
    traced.call("keyctl", {19, 7, 5, 19, 0});
    CHECK(traced.returns(0) == "keyctl(KEYCTL_REJECT, 7, 5, ENODEV, 0) = 0");
}

TEST_CASE("fields that stand only in the full form leave a mark, and lists no more than that they are there") {
    constexpr std::uint32_t set_registers = 0x4090ae82, set_processor = 0x4008ae90;
    Traced traced;
    const std::uint64_t registers = traced.memory.put(bytes_with<144>({{0, 2}, {128, 0x1000}}));
    CHECK(said(traced, set_registers, registers, 0) ==
          "ioctl(3, KVM_SET_REGS, {rax=0x2, ..., rsp=0, rbp=0, ..., rip=0x1000, rflags=0}) = 0");
    const std::uint64_t none = traced.memory.put(bytes_with<8>({})), one = traced.memory.put(bytes_with<48>({{0, 1}, {20, 7}}));
    CHECK(said(traced, set_processor, none, 0) == "ioctl(3, KVM_SET_CPUID2, {nent=0, entries=[]}) = 0");
    CHECK(said(traced, set_processor, one, 0) == "ioctl(3, KVM_SET_CPUID2, {nent=1, entries=[...]}) = 0");
    traced.style.abbreviate = false;
    CHECK(said(traced, set_processor, one, 0) ==
          "ioctl(3, KVM_SET_CPUID2, {nent=1, entries=[{function=0, index=0, flags=0, eax=0x7, ebx=0, ecx=0, edx=0}]}) = 0");
    traced.call("ioctl", {3, 0xae01, 0});
    CHECK(traced.returns(4) == "ioctl(3, KVM_CREATE_VM, 0) = 4");
}

TEST_CASE("what a performance event counts") {
    Traced traced;
    const std::uint64_t cycles = traced.memory.put(bytes_with<128>({{4, 128}, {16, 1000}, {24, 1}, {40, 1 << 5 | 1}}));
    traced.call("perf_event_open", {cycles, 0, 0xffffffff, 0xffffffff, 8});
    CHECK(traced.returns(3) ==
          "perf_event_open({type=PERF_TYPE_HARDWARE, size=PERF_ATTR_SIZE_VER7, config=PERF_COUNT_HW_CPU_CYCLES, sample_period=1000, "
          "sample_type=PERF_SAMPLE_IP, read_format=0, disabled=1, exclude_kernel=1, precise_ip=0 /* arbitrary skid */, ...}, 0, -1, -1, "
          "PERF_FLAG_FD_CLOEXEC) = 3");
    traced.call("perf_event_open", {0, 0, 0, 0, 0});
    CHECK(traced.returns(-14).starts_with("perf_event_open(NULL, 0, 0, 0, 0) = -1 EFAULT"));
}

TEST_CASE("policies of memory, and masks of nodes") {
    Traced traced;
    const std::uint64_t mask = traced.memory.put_value(std::array<std::uint64_t, 2>{5, 0});
    traced.call("set_mempolicy", {3 | 0x8000, mask, 129});
    CHECK(traced.returns(0) == "set_mempolicy(MPOL_INTERLEAVE|MPOL_F_STATIC_NODES, [0x0000000000000005, 0000000000000000], 129) = 0");
    traced.call("set_mempolicy", {99, mask, 0});
    CHECK(traced.returns(-22).starts_with("set_mempolicy(0x63 /* MPOL_??? */, [], 0) = -1 EINVAL"));
    traced.style.constants = decoders::Constants::raw;
    traced.call("set_mempolicy", {3 | 0x8000, 0, 1});
    CHECK(traced.returns(0) == "set_mempolicy(0x8003, NULL, 1) = 0");
}

TEST_CASE("a number that bpf has changed is shown again") {
    Traced traced;
    const std::uint64_t at = traced.memory.put(bytes_with<16>({{0, 5}, {4, 152}}));
    traced.call("bpf", {15, at, 16});
    traced.memory.change(at, bytes_with<16>({{0, 5}, {4, 104}}));
    CHECK(traced.returns(0) == "bpf(BPF_OBJ_GET_INFO_BY_FD, {info={bpf_fd=5, info_len=152 => 104, info=NULL}}, 16) = 0");
}
