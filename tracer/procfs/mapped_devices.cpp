#include "tracer/procfs/mapped_devices.hpp"

#include "decoders/kernel/user_faults.hpp"
#include "tracer/procfs/proc_directory.hpp"
#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

namespace shimtrace::host {
namespace {

/// linux/fs.h since Linux 6.11; the headers that this is built with may be older.
struct ProcmapQuery {
    std::uint64_t size, query_flags, query_addr, vma_start, vma_end, vma_flags, vma_page_size, vma_offset, inode;
    std::uint32_t dev_major, dev_minor, vma_name_size, build_id_size;
    std::uint64_t vma_name_addr, build_id_addr;
};
constexpr unsigned long procmap_query = _IOWR('f', 17, ProcmapQuery);

/// "7f12000-7f13000 r-xp 00001000 fe:00 5357573    /path": the device; nullopt: no file.
std::optional<std::uint64_t> device_of(std::string_view line) {
    std::array<std::string_view, 5> words;
    for (std::string_view& word : words) {
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        word = line.substr(0, line.find(' '));
        line.remove_prefix(word.size());
    }
    const std::string_view device = words[3];
    const std::size_t colon = device.find(':');
    if (colon == device.npos || words[4].empty() || words[4] == "0") return std::nullopt;
    unsigned major = 0, minor = 0;
    std::from_chars(device.data(), device.data() + colon, major, 16);
    std::from_chars(device.data() + colon + 1, device.data() + device.size(), minor, 16);
    return makedev(major, minor);
}

struct MappingAsked {
    std::int32_t pid = 0;
    bool one = false;
    std::uint64_t address = 0;
};

Parcel tell_devices(Parcel request) {
    MappingAsked question;
    if (request.bytes.size() != sizeof question) return {};
    std::memcpy(&question, request.bytes.data(), sizeof question);
    const Pid pid{question.pid};
    auto devices = question.one ? OpenMaps(pid).devices_at(RemoteAddress{question.address}) : std::nullopt;
    if (!devices) devices = mapped_devices(pid);
    if (!devices) return {};
    Parcel reply{.bytes = "+", .descriptor = {}};
    reply.bytes.append(reinterpret_cast<const char*>(devices->data()), devices->size() * sizeof(std::uint64_t));
    return reply;
}

/// "VmFlags: rd wr mr mw me ac um sd": faults of pages that are missing, or have no page table entry, are a process's to answer
/// (fs/proc/task_mmu.c).
bool has_user_faults(std::string_view smaps) {
    constexpr std::string_view key = "\nVmFlags:";
    for (std::size_t at = smaps.find(key); at != smaps.npos; at = smaps.find(key, at + key.size())) {
        const std::string_view flags = smaps.substr(at + key.size(), smaps.find('\n', at + 1) - at - key.size());
        if (flags.find(" um") != flags.npos || flags.find(" ui") != flags.npos) return true;
    }
    return false;
}

bool has_userfaultfd(const ProcDirectory& process) {
    const auto directory = process.directory("fd");
    const auto numbers = directory ? directory->numbers() : std::unexpected(directory.error());
    if (!numbers) return false;
    return std::ranges::any_of(*numbers, [&](std::int32_t number) {
        const auto link = directory->link(DecimalName(number).c_str());
        return link && *link == kernel::userfaultfd_link;
    });
}

Parcel tell_user_faults(Parcel request) {
    constexpr std::size_t most = std::size_t{1} << 26;
    constexpr std::uint64_t most_pages = 1 << 18;  // to go through more takes the kernel too long: then its descriptors tell
    std::int32_t pid = 0;
    if (request.bytes.size() != sizeof pid) return {};
    std::memcpy(&pid, request.bytes.data(), sizeof pid);
    const auto directory = ProcDirectory::open(proc_path(Pid{pid}).c_str());
    if (!directory) return {};
    std::string scratch;
    bool found = has_userfaultfd(*directory);
    if (const auto sizes = directory->read("statm", scratch); sizes && !found) {
        const std::size_t space = sizes->find(' ');
        std::uint64_t resident = 0;
        if (space != sizes->npos) std::from_chars(sizes->data() + space + 1, sizes->data() + sizes->size(), resident);
        const auto text = resident > most_pages ? std::unexpected(EFBIG) : directory->read_records("smaps", scratch, most);
        found = text && has_user_faults(*text);
    }
    return {.bytes = found ? "+" : "-", .descriptor = {}};
}

}  // namespace

std::optional<bool> has_user_faults_in_time(Pid pid, Nanoseconds patience) {
    const auto reply = ask("page faults of " + concern_of(pid), tell_user_faults,
                           {std::string(reinterpret_cast<const char*>(&pid.value), sizeof pid.value), {}}, patience);
    if (!reply || reply->bytes.empty()) return std::nullopt;
    return reply->bytes == "+";
}

OpenMaps::OpenMaps(Pid pid) : pid_(pid), maps_(::open(proc_path(pid, "maps").c_str(), O_RDONLY | O_CLOEXEC)) {}

std::optional<std::vector<std::uint64_t>> OpenMaps::devices_at(RemoteAddress address) const {
    ProcmapQuery query{};
    query.size = sizeof query;
    query.query_addr = address.value;
    if (!maps_ || ::ioctl(maps_.get(), procmap_query, &query) != 0) return std::nullopt;
    if (query.inode == 0) return std::vector<std::uint64_t>{};
    return std::vector<std::uint64_t>{makedev(query.dev_major, query.dev_minor)};
}

std::optional<std::vector<std::uint64_t>> mapped_devices(Pid pid) {
    constexpr std::size_t most = std::size_t{1} << 24;
    const auto directory = ProcDirectory::open(proc_path(pid).c_str());
    if (!directory) return std::nullopt;
    std::string scratch;
    const auto text = directory->read_records("maps", scratch, most);
    if (!text) return std::nullopt;
    std::vector<std::uint64_t> devices;
    for (std::string_view rest = *text; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        const auto device = device_of(line);
        if (device && std::ranges::find(devices, *device) == devices.end()) devices.push_back(*device);
    }
    return devices;
}

std::optional<std::vector<std::uint64_t>> mapped_devices_in_time(Pid pid, std::optional<RemoteAddress> at, Nanoseconds patience) {
    const MappingAsked question{pid.value, at.has_value(), at ? at->value : 0};
    const auto reply =
        ask(concern_of(pid), tell_devices, {std::string(reinterpret_cast<const char*>(&question), sizeof question), {}}, patience);
    if (!reply || reply->bytes.empty()) return std::nullopt;
    std::vector<std::uint64_t> devices((reply->bytes.size() - 1) / sizeof(std::uint64_t));
    std::memcpy(devices.data(), reply->bytes.data() + 1, devices.size() * sizeof(std::uint64_t));
    return devices;
}

}  // namespace shimtrace::host
