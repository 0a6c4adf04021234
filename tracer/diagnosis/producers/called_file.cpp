#include "tracer/diagnosis/producers/called_file.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "tracer/diagnosis/graph/describe.hpp"
#include "tracer/diagnosis/graph/waiting_calls.hpp"

#include <fmt/format.h>

#include <sys/sysmacros.h>

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

bool is_of_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); !word.empty() && at != text.npos; at = text.find(word, at + 1)) {
        const bool begins = at == 0 || !is_of_word(text[at - 1]);
        const bool ends = at + word.size() == text.size() || !is_of_word(text[at + word.size()]);
        if (begins && ends) return true;
    }
    return false;
}

}  // namespace

bool is_kernel_thread(const Process& process) {
    constexpr Pid kthreadd{2};
    return (process.parent == kthreadd || process.pid == kthreadd) && process.exe.empty() && process.command_line.empty();
}

const BlockDevice* device_of_kernel_thread(const Facts& facts, const Process& process) {
    if (!is_kernel_thread(process)) return nullptr;
    const auto& all = facts.snapshot().block_devices;
    const auto found = std::ranges::find_if(all, [&](const BlockDevice& one) {
        return has_word(process.comm, one.name) || has_word(process.comm, fmt::format("flush-{}:{}", major(one.device), minor(one.device)));
    });
    return found == all.end() ? nullptr : &*found;
}

CalledFile called_file(const Facts& facts, const Process& process, const Thread& thread) {
    if (is_kernel_thread(process)) {
        const BlockDevice* device = device_of_kernel_thread(facts, process);
        if (!device || !stack_has(thread, "loop")) return {};
        return {device->backing_file, device->below.empty() ? 0 : device->below.front()};
    }
    // What umount2 has taken out of the tree is no mount of anybody's any more: its path leads to the file system below.
    if (const decoders::CallFacts* asked = decoders::call_facts(thread.arch, thread.syscall); asked && asked->name == "umount2") {
        const Mount* mount = facts.mount_of(process, thread.path_argument, 0);
        if (!mount || mount->mount_point != thread.path_argument) return {};
    }
    if (const auto call = waiting_call(facts, process, thread); call && call->ring.value < 0 && call->fd.value >= 0) {
        // Of a call that reads one file and writes another: the one whose pages it is at.
        const decoders::Waits waits = decoders::waits_of(thread.arch, thread.syscall, thread.args);
        const bool at_source =
            waits.to >= 0 && waits.fd >= 0 && (stack_has(thread, "filemap_splice_read") || stack_has(thread, "filemap_get_pages"));
        const Fd fd = at_source ? Fd{static_cast<std::int32_t>(thread.args[static_cast<std::size_t>(waits.fd)])} : call->fd;
        if (const OpenFile* target = facts.target(process, fd); target && !target->path.empty()) return {target->path, target->device};
    }
    // A path that could not be read is likely one below the working directory; a page fault and sync have none.
    const decoders::CallFacts* asked = decoders::call_facts(thread.arch, thread.syscall);
    const bool takes_path = asked && asked->places.paths[0] >= 0;
    return {thread.path_argument.empty() && takes_path ? process.cwd : thread.path_argument, 0};
}

const Mount* called_mount(const Facts& facts, const Process& process, const CalledFile& file) {
    if (!is_kernel_thread(process)) return facts.mount_of(process, file.path, file.device);
    const BlockDevice* device = file.device != 0 ? nullptr : device_of_kernel_thread(facts, process);
    const std::uint64_t wanted = device ? device->device : file.device;
    const auto& mounts = facts.snapshot().mounts;
    const auto mount = std::ranges::find(mounts, wanted, &Mount::device);
    return wanted == 0 || mount == mounts.end() ? nullptr : &*mount;
}

std::string mount_words(const Mount& mount) {
    return fmt::format("mount {} ({} on {})", printable(mount.mount_point, most_shown), printable(mount.type, most_shown),
                       printable(mount.source, most_shown));
}

}  // namespace shimtrace::diagnosis
