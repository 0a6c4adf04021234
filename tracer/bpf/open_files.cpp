// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The program below runs in the kernel, some of whose helpers are for programs under the GPL: so it may be used under that, too.
#include "tracer/bpf/open_files.hpp"

#include "tracer/bpf/iterator.hpp"
#include "tracer/bpf/program_writer.hpp"

#include <sys/sysmacros.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace shimtrace::bpf {
namespace {

/// What the program writes of a file; behind it the link's text with its NUL.
struct WrittenFile {
    std::uint64_t start_time;
    std::uint64_t inode;
    std::uint64_t file_system;
    std::int32_t pid;
    std::int32_t fd;
    std::uint32_t file_mode;
    std::uint32_t mode;
    std::uint32_t links;
    std::uint32_t device;  ///< the kernel's own dev_t
    std::uint32_t special_device;
    std::uint32_t link_size;
};
static_assert(sizeof(WrittenFile) == 56, "no padding: what was never written, the kernel does not let a program read");

constexpr std::int32_t longest_link = frame_size - static_cast<std::int32_t>(sizeof(WrittenFile));

/// Where that is on the program's stack.
constexpr std::int32_t in_file(std::size_t offset) {
    return static_cast<std::int32_t>(offset) - frame_size;
}

class FileProgram : ProgramWriter {
public:
    using ProgramWriter::ProgramWriter;

    std::optional<KernelProgram> compile() {
        using enum Register;
        using enum Width;
        constexpr std::int32_t row = in_file(0), text = in_file(sizeof(WrittenFile));
        constexpr Register context = r6, file = r7, task = r8, object = r9;
        code_.move(context, r1);
        code_.load(u64, task, context, at({{"bpf_iter__task_file", "task"}}));
        code_.end_if_zero(task);
        code_.load(u64, file, context, at({{"bpf_iter__task_file", "file"}}));
        code_.end_if_zero(file);  // behind the last
        // A table that is not the first thread's is told once for each thread that has it.
        code_.load(u32, r1, task, at({{"task_struct", "pid"}}));
        code_.load(u32, r2, task, at({{"task_struct", "tgid"}}));
        code_.end_unless_equal(r1, r2);

        copy(u32, context, at({{"bpf_iter__task_file", "fd"}}), in_file(offsetof(WrittenFile, fd)));
        copy(u32, task, at({{"task_struct", "tgid"}}), in_file(offsetof(WrittenFile, pid)));
        copy(u64, task, at({{"task_struct", "start_boottime"}}), in_file(offsetof(WrittenFile, start_time)));

        copy(u32, file, at({{"file", "f_mode"}}), in_file(offsetof(WrittenFile, file_mode)));
        code_.load(u64, object, file, at({{"file", "f_inode"}}));
        copy(u64, object, at({{"inode", "i_ino"}}), in_file(offsetof(WrittenFile, inode)));
        copy(u16, object, at({{"inode", "i_mode"}}), in_file(offsetof(WrittenFile, mode)));
        copy(u32, object, at({{"inode", "i_nlink"}}), in_file(offsetof(WrittenFile, links)));
        copy(u32, object, at({{"inode", "i_rdev"}}), in_file(offsetof(WrittenFile, special_device)));
        code_.load(u64, object, object, at({{"inode", "i_sb"}}));
        copy(u32, object, at({{"super_block", "s_dev"}}), in_file(offsetof(WrittenFile, device)));
        copy(u64, object, at({{"super_block", "s_magic"}}), in_file(offsetof(WrittenFile, file_system)));

        // Kernels before 6.3 let no program hand over what it never wrote, not even to be written.
        code_.set(r1, 0);
        for (std::int32_t word = text; word < 0; word += static_cast<std::int32_t>(sizeof(std::uint64_t)))
            code_.store(u64, frame, word, r1);
        code_.move(r1, file);
        code_.add(r1, at({{"file", "f_path"}}));
        code_.move(r2, frame);
        code_.add(r2, text);
        code_.set(r3, longest_link);
        code_.call(BPF_FUNC_d_path);
        code_.zero_outside(r0, longest_link);  // an error: it is longer
        code_.store(u32, frame, in_file(offsetof(WrittenFile, link_size)), r0);
        code_.move(r3, r0);
        code_.add(r3, static_cast<std::int32_t>(sizeof(WrittenFile)));
        tell("bpf_iter__task_file", context, row);
        return finish("bpf_iter_task_file");
    }

private:
    void copy(Width width, Register from, std::int32_t offset, std::int32_t to) {
        code_.load(width, Register::r1, from, offset);
        code_.store(width == Width::u16 ? Width::u32 : width, Register::frame, to, Register::r1);
    }
};

/// The kernel's dev_t as makedev() makes it.
std::uint64_t device_number(std::uint32_t device) {
    constexpr unsigned minor_bits = 20;  // linux/kdev_t.h
    return makedev(device >> minor_bits, device & ((1U << minor_bits) - 1));
}

OpenFileRow row_of(const WrittenFile& written, std::string_view link) {
    constexpr std::uint32_t may_read = 1, may_write = 2;  // linux/fs.h, FMODE_READ and FMODE_WRITE
    return {.pid = Pid{written.pid},
            .start_time = written.start_time,
            .fd = Fd{written.fd},
            .reads = (written.file_mode & may_read) != 0,
            .writes = (written.file_mode & may_write) != 0,
            .mode = written.mode,
            .links = written.links,
            .inode = written.inode,
            .device = device_number(written.device),
            .special_device = device_number(written.special_device),
            .file_system = written.file_system,
            .link = link.substr(0, link.find('\0'))};
}

}  // namespace

std::vector<std::string_view> names_for_open_files() {
    return {"bpf_iter_task_file", "bpf_iter__task_file", "bpf_iter_meta", "task_struct", "file", "inode", "super_block"};
}

std::optional<KernelProgram> compile_open_files(const KernelTypes& types) {
    return FileProgram(types).compile();
}

int for_each_open_file(const std::function<bool(const OpenFileRow&)>& take) {
    if (!is_wanted()) return EPERM;
    const auto& program = programs().open_files;
    if (!program) return ENOSYS;
    const auto iterator = Iterator::load(*program);
    if (!iterator) return iterator.error();
    return iterator->run([&](std::string_view rest) -> std::optional<std::size_t> {
        WrittenFile written;
        if (rest.size() < sizeof written) return 0;
        std::memcpy(&written, rest.data(), sizeof written);
        if (rest.size() - sizeof written < written.link_size) return 0;
        if (!take(row_of(written, rest.substr(sizeof written, written.link_size)))) return std::nullopt;
        return sizeof written + written.link_size;
    });
}

}  // namespace shimtrace::bpf
