#include "tracer/procfs/ring_requests.hpp"

#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/process_memory.hpp"

#include <linux/io_uring.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

namespace shimtrace::host {

namespace {

constexpr std::size_t most_entries = 1024;

template <typename Number>
Number number_at(std::string_view text, int base) {
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value, base);
    return value;
}

/// Where the ring's entries are mapped: "7f9beb7e3000-7f9beb7e4000 rw-s 10000000 00:10 20930881   anon_inode:[io_uring]".
struct Mapped {
    std::uint64_t begin = 0, end = 0;
};
Mapped entries_of(std::string_view maps, std::uint64_t inode) {
    const std::string of_ring = " " + std::to_string(inode) + " ";
    while (!maps.empty()) {
        const std::string_view line = maps.substr(0, maps.find('\n'));
        maps.remove_prefix(std::min(maps.size(), line.size() + 1));
        const std::size_t dash = line.find('-'), flags = line.find(' '), offset = line.find(' ', flags + 1);
        if (!line.ends_with("anon_inode:[io_uring]") || offset == line.npos || line.find(of_ring) == line.npos) continue;
        if (number_at<std::uint64_t>(line.substr(offset + 1), 16) == IORING_OFF_SQES)
            return {number_at<std::uint64_t>(line, 16), number_at<std::uint64_t>(line.substr(dash + 1), 16)};
    }
    return {};
}

}  // namespace

std::vector<std::uint8_t> waiting_operations(std::string_view fdinfo) {
    std::vector<std::uint8_t> operations;
    constexpr std::string_view key = " op=";
    for (std::size_t at = fdinfo.find(key); at != fdinfo.npos; at = fdinfo.find(key, at + key.size())) {
        const auto operation = number_at<std::uint8_t>(fdinfo.substr(at + key.size(), 3), 10);
        if (std::ranges::find(operations, operation) == operations.end()) operations.push_back(operation);
    }
    return operations;
}

std::vector<InterestEntry> possible_requests(std::span<const std::byte> entries, std::span<const std::uint8_t> operations) {
    std::vector<InterestEntry> requests;
    for (; entries.size() >= sizeof(io_uring_sqe); entries = entries.subspan(sizeof(io_uring_sqe))) {
        io_uring_sqe entry{};
        std::memcpy(&entry, entries.data(), sizeof entry);
        // A number in the ring's own table of files is no descriptor.
        if (entry.fd < 0 || (entry.flags & IOSQE_FIXED_FILE) != 0 || std::ranges::find(operations, entry.opcode) == operations.end())
            continue;
        const auto same = [&](const InterestEntry& one) { return one.fd.value == entry.fd && one.events == entry.opcode; };
        if (std::ranges::any_of(requests, same)) continue;
        InterestEntry request;
        request.fd = Fd{entry.fd};
        request.events = entry.opcode;
        request.data = entry.user_data;
        requests.push_back(std::move(request));
    }
    return requests;
}

std::vector<InterestEntry> pending_requests(const ProcDirectory& process, Pid whose, Fd ring) {
    const auto fdinfo = read_in_time(process, whose, {.name = ("fdinfo/" + std::to_string(ring.value)).c_str()});
    const auto operations = fdinfo ? waiting_operations(*fdinfo) : std::vector<std::uint8_t>{};
    if (operations.empty()) return {};
    const auto maps = read_in_time(process, whose, {.name = "maps", .records = true});
    const Mapped mapped = maps ? entries_of(*maps, parse_fdinfo(*fdinfo).inode) : Mapped{};
    if (mapped.end <= mapped.begin) return {};
    std::vector<std::byte> entries(std::min<std::uint64_t>(mapped.end - mapped.begin, most_entries * sizeof(io_uring_sqe)));
    const PatientMemory memory(whose, leader(whose));
    entries.resize(memory.read(RemoteAddress{mapped.begin}, entries));
    return possible_requests(entries, operations);
}

}  // namespace shimtrace::host
