// The file that a thread's call is about, and the mount and device that it lies on.
#pragma once

#include "tracer/diagnosis/graph/indexed_snapshot.hpp"

#include <string>

namespace shimtrace::diagnosis {

/// The descriptor's or the path argument; of the kernel's worker for a loop device: the file that is the device.
struct CalledFile {
    std::string path;
    std::uint64_t device = 0;
};
CalledFile called_file(const Facts& facts, const Process& process, const Thread& thread);
/// nullptr: it is not known.
const Mount* called_mount(const Facts& facts, const Process& process, const CalledFile& file);
/// "mount /data (ext4 on /dev/sda1)".
std::string mount_words(const Mount& mount);

bool is_kernel_thread(const Process& process);
/// The device that the kernel's thread works for, by its name: "jbd2/loop1-8", "kworker/u8:2+loop1", "kworker/u8:1+flush-7:1"; nullptr: its
/// name tells none that is known.
const BlockDevice* device_of_kernel_thread(const Facts& facts, const Process& process);

}  // namespace shimtrace::diagnosis
