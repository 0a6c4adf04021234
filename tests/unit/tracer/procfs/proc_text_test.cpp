#include "tracer/procfs/proc_text.hpp"

#include <doctest/doctest.h>

#include <sys/sysmacros.h>

using namespace shimtrace;
using namespace shimtrace::host;

TEST_CASE("stat: a comm with blanks and brackets does not shift the fields") {
    const auto stat = parse_stat(
        "4711 (a) R (b) T 42 4711 4711 34816 4711 1077936128 98 0 0 0 7 5 0 0 20 0 3 0 215005 3133440 397 18446744073709551615 1 1 0 0 "
        "0\n");
    REQUIRE(stat);
    CHECK(stat->id == 4711);
    CHECK(stat->comm == "a) R (b");
    CHECK(stat->state == ProcessState::stopped);
    CHECK(stat->parent == 42);
    CHECK(stat->tty == 34816);
    CHECK(stat->cpu_ticks == 12);
    CHECK(stat->threads == 3);
    CHECK(stat->start_time == 215005);
    CHECK_FALSE(stat->kernel_thread());
    CHECK(parse_stat("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n")->kernel_thread());
}

TEST_CASE("stat: text that is none gives nothing") {
    CHECK_FALSE(parse_stat(""));
    CHECK_FALSE(parse_stat("12 )x( S 1"));
    CHECK_FALSE(parse_stat("12 (x)"));
}

TEST_CASE("status: a process is root's only where all its users are root") {
    CHECK(parse_status("Uid:\t0\t0\t0\t0\n").uid == 0);
    CHECK(parse_status("Uid:\t1000\t0\t0\t0\n").uid == 1000);  // what a setuid program is before it has asked for a password
    CHECK(parse_status("Uid:\t0\t33\t0\t33\n").uid == 33);
    CHECK(parse_status("Uid:\t0\t0\t1000\t0\n").uid == 1000);
}

TEST_CASE("status: nested pid namespaces, the tracer, signal sets, context switches of both kinds") {
    const StatusText status = parse_status(
        "Name:\tsleep\nTgid:\t100\nPid:\t101\nTracerPid:\t77\nNSpid:\t101\t8\t1\nSigPnd:\t0000000000000001\nShdPnd:\t0000000000000100\n"
        "SigBlk:\t0000000000010000\nSigIgn:\t0000000000001000\nSigCgt:\t0000000180004003\nSeccomp:\t2\n"
        "voluntary_ctxt_switches:\t40\nnonvoluntary_ctxt_switches:\t2\n");
    CHECK(status.ns_pids == std::vector<std::int32_t>{101, 8, 1});
    CHECK(status.tracer == 77);
    CHECK(status.thread_group == 100);
    CHECK(status.pending == 0x101);
    CHECK(status.blocked == 0x10000);
    CHECK(status.ignored == 0x1000);
    CHECK(status.caught == 0x180004003);
    CHECK(status.context_switches == 42);
    CHECK(status.seccomp == 2);
}

TEST_CASE("cgroup: the hierarchy that freezes comes first") {
    CHECK(parse_cgroup("0::/system.slice/x.scope\n") == "/system.slice/x.scope");
    CHECK(parse_cgroup("4:memory:/m\n3:pids:/p\n2:cpu,freezer:/f\n1:name=systemd:/s\n0::/u\n") == "/f");
    CHECK(parse_cgroup("3:pids:/p:q\n0::/u\n") == "/p:q");
    CHECK(parse_cgroup("2:freezer:/\n0::/system.slice/x.scope\n") == "/system.slice/x.scope");  // a v1 freezer that nobody uses
    CHECK(parse_cgroup("3:pids:/system.slice/x\n2:freezer:/\n0::/system.slice/x\n") == "/");
    CHECK(parse_cgroup("").empty());
}

TEST_CASE("syscall: blocked, in none, running") {
    const SyscallText blocked = parse_syscall("230 0x0 0x1 0x7ffd 0x0 0x5 0xffffffffffffff9c 0x7ffd5062ca8 0x7f01e777e503\n");
    CHECK(blocked.number == 230);
    CHECK(blocked.args[2] == 0x7ffd);
    CHECK(blocked.args[5] == 0xffffffffffffff9c);
    CHECK(blocked.stack_pointer == 0x7ffd5062ca8);
    CHECK(blocked.instruction_pointer == 0x7f01e777e503);
    CHECK(parse_syscall("running\n").number == -1);
    const SyscallText none = parse_syscall("-1 0x7ffd00 0x40aa\n");
    CHECK(none.number == -1);
    CHECK(none.stack_pointer == 0x7ffd00);
    CHECK(none.instruction_pointer == 0x40aa);
}

TEST_CASE("kernel stacks: function names, innermost first, modules and offsets left out") {
    CHECK(parse_kernel_stack("[<0>] fuse_wait+0x5e/0x150 [fuse]\n[<0>] do_syscall_64+0x71/0x290\n") ==
          std::vector<SharedText>{"fuse_wait", "do_syscall_64"});
}

TEST_CASE("a function that stands in many kernel stacks has its characters once") {
    SharedTexts functions;
    const auto one = parse_kernel_stack("[<0>] futex_wait+0x5e/0x150\n[<0>] do_syscall_64+0x71/0x290\n", functions);
    const auto other = parse_kernel_stack("[<0>] pipe_read+0x5e/0x150\n[<0>] do_syscall_64+0x99/0x290\n", functions);
    REQUIRE((one.size() == 2 && other.size() == 2));
    CHECK(&one[1].str() == &other[1].str());
    CHECK(one[0] != other[0]);
}

TEST_CASE("mountinfo: escapes, optional fields, both sets of options") {
    const auto mounts = parse_mountinfo(
        "36 35 98:0 /mnt1 /a\\040b rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
        "190 26 0:129 / /m rw,relatime - fuse.test fuse rw,user_id=0\nrubbish\n",
        Pid{9});
    REQUIRE(mounts.size() == 2);
    CHECK(mounts[0].mount_point == "/a b");
    CHECK(mounts[0].device == makedev(98, 0));
    CHECK(mounts[0].type == "ext3");
    CHECK(mounts[0].options == "rw,noatime,rw,errors=continue");
    CHECK(mounts[1].id == 190);
    CHECK(mounts[1].parent == 26);
    CHECK(mounts[1].type == "fuse.test");
    CHECK(mounts[1].seen_from == Pid{9});
}

TEST_CASE("mountinfo: a source that is empty is one, and takes nothing from what follows") {
    const auto mounts = parse_mountinfo("190 26 0:129 / /m ro,relatime - fuse.test  rw,user_id=0\n", Pid{});
    REQUIRE(mounts.size() == 1);
    CHECK(mounts[0].source.empty());
    CHECK(mounts[0].options == "ro,relatime,rw,user_id=0");
}

TEST_CASE("locks: waiters belong to the lock above them") {
    const auto locks = parse_locks(
        "1: FLOCK  ADVISORY  WRITE 19402 fe:00:10953039 0 EOF\n4: POSIX  ADVISORY  READ 11487 00:2a:77 0 100\n"
        "4: -> POSIX  ADVISORY  WRITE 11510 00:2a:77 0 EOF\n4:  -> POSIX  ADVISORY  WRITE 11511 00:2a:77 0 EOF\n"
        "5: OFDLCK ADVISORY  WRITE -1 fe:00:5 0 EOF\n");
    REQUIRE(locks.size() == 3);
    CHECK(locks[0].kind == "FLOCK");
    CHECK(locks[0].write);
    CHECK(locks[0].device == makedev(0xfe, 0));
    CHECK(locks[0].inode == Inode{10953039});
    CHECK(locks[0].waiters.empty());
    CHECK_FALSE(locks[1].write);
    CHECK(locks[1].device == makedev(0, 0x2a));
    CHECK(locks[1].waiters == std::vector<Pid>{Pid{11510}, Pid{11511}});
    CHECK(locks[2].holder == Pid{-1});
}

TEST_CASE("fdinfo: what each kind of descriptor tells") {
    CHECK(parse_fdinfo("pos:\t0\nflags:\t02100002\nmnt_id:\t23\nino:\t90\ntty-index:\t3\n").tty == 3);
    CHECK(parse_fdinfo("flags:\t0100001\n").flags == 0100001);
    CHECK(parse_fdinfo("eventfd-count:               1f\neventfd-id: 20\n").count == 0x1f);
    CHECK(parse_fdinfo("Pid:\t11348\nNSpid:\t11348\n").pid == 11348);
    CHECK(parse_fdinfo("Pid:\t-1\n").pid == -1);
    CHECK(parse_fdinfo("sigmask:\t0000000000000200\n").signal_mask == 0x200);
    CHECK(parse_fdinfo("fuse_connection:\t129\n").fuse_connection == 129);
    const FdInfoText timer = parse_fdinfo("clockid: 1\nticks: 2\nsettime flags: 00\nit_value: (9, 500)\nit_interval: (0, 0)\n");
    CHECK(timer.count == 2);
    CHECK(timer.timer_value == std::chrono::seconds(9) + Nanoseconds(500));
    const FdInfoText set = parse_fdinfo(
        "tfd:        3 events:       19 data:                3  pos:0 ino:5a sdev:6\n"
        "tfd:       12 events: 80002001 data:     7f0000000c  pos:0 ino:5b sdev:6\n");
    REQUIRE(set.interest.size() == 2);
    CHECK(set.interest[1].fd == Fd{12});
    CHECK(set.interest[1].events == 0x80002001);
    CHECK(set.interest[1].data == 0x7f0000000c);
}

TEST_CASE("fdinfo: what a fanotify group listens to, of a file, a file system and a mount") {
    const FdInfoText group = parse_fdinfo(
        "pos:\t0\nflags:\t02\nfanotify flags:10 event-flags:8000\n"
        "fanotify ino:4f969 sdev:800013 mflags:0 mask:10000 ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:69f9040000000000\n"
        "fanotify sdev:fe00002 mflags:0 mask:40000 ignored_mask:0\nfanotify mnt_id:1d mflags:0 mask:3b ignored_mask:40000000\n");
    REQUIRE(group.marks.size() == 3);
    CHECK(group.marks[0] == FanotifyMark{.mask = 0x10000, .inode = Inode{0x4f969}, .device = makedev(8, 0x13)});
    CHECK(group.marks[1] == FanotifyMark{.mask = 0x40000, .device = makedev(0xfe, 2)});
    CHECK(group.marks[2] == FanotifyMark{.mask = 0x3b, .mount = 29});
}

TEST_CASE("links: a number in brackets, or nothing") {
    CHECK(bracketed_number("pipe:[8191]", "pipe:[") == 8191);
    CHECK_FALSE(bracketed_number("pipe:[8191", "pipe:["));
    CHECK_FALSE(bracketed_number("pipe:[]", "pipe:["));
    CHECK_FALSE(bracketed_number("socket:[1]", "pipe:["));
}

TEST_CASE("strings: an empty argument in the middle stays") {
    using namespace std::string_view_literals;
    CHECK(parse_strings("sh\0-c\0\0x\0"sv) == std::vector<std::string>{"sh", "-c", "", "x"});
}

TEST_CASE("stat: how long it waited for block I/O") {
    std::string text = "4711 (a) S";
    for (int field = 4; field <= 52; ++field) text += " " + std::to_string(field == 42 ? 77 : field);
    CHECK(parse_stat(text)->block_io_ticks == 77);
    CHECK(parse_stat(text)->cpu == 39);
}

TEST_CASE("pressure: the share of the last ten seconds in which some thread stood still") {
    CHECK(parse_pressure("some avg10=12.34 avg60=0.00 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n") == 1234);
    CHECK(parse_pressure("some avg10=0.00 avg60=0.00") == 0);
    CHECK(parse_pressure("some avg10=100.00 avg60=0.00") == 10000);
    CHECK_FALSE(parse_pressure(""));
    CHECK_FALSE(parse_pressure("full avg10=1.00"));
    CHECK_FALSE(parse_pressure("some avg10=x"));
    CHECK_FALSE(parse_pressure("some avg10=7 "));
}
