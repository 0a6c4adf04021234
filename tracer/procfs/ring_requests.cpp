#include "tracer/procfs/ring_requests.hpp"

#include "tracer/procfs/files_in_time.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/process_memory.hpp"

#include <linux/io_uring.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <vector>

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

RingState ring_state(std::string_view fdinfo) {
    const auto number_after = [&](std::string_view key, int base) {
        const std::size_t at = fdinfo.find(key);
        return at == fdinfo.npos ? std::uint32_t{} : number_at<std::uint32_t>(fdinfo.substr(at + key.size()), base);
    };
    RingState ring{.size = number_after("\nSqMask:\t0x", 16) + 1, .taken = number_after("\nCachedSqHead:\t", 10)};
    constexpr std::string_view key = "\n  op=";
    for (std::size_t at = fdinfo.find(key); at != fdinfo.npos; at = fdinfo.find(key, at + key.size())) {
        ring.operation = number_at<std::uint8_t>(fdinfo.substr(at + key.size()), 10);
        ++ring.waiting;
    }
    return ring;
}

std::optional<InterestEntry> likely_request(std::span<const std::byte> entries, const RingState& ring, std::size_t page) {
    constexpr std::size_t stride = sizeof(io_uring_sqe);
    // Each place was used once at most, else what waits may have been written over.
    if (ring.waiting != 1 || ring.taken == 0 || ring.taken > ring.size || ring.size > most_entries) return {};
    const auto mapped = [&](std::size_t each) { return (ring.size * each + page - 1) / page * page; };
    if (entries.size() != mapped(stride)) return {};
    const bool may_be_wide = mapped(2 * stride) == mapped(stride);
    std::optional<InterestEntry> request;
    for (std::size_t place = 0; (place + 1) * stride <= entries.size(); ++place) {
        io_uring_sqe entry{};
        std::memcpy(&entry, entries.data() + place * stride, sizeof entry);
        if (entry.opcode != ring.operation) continue;
        // A number in the ring's own table of files is no descriptor; an odd place is one's second half where each takes two.
        const bool is_descriptor = entry.fd >= 0 && (entry.flags & IOSQE_FIXED_FILE) == 0;
        if (request || !is_descriptor || (may_be_wide && place % 2 != 0)) return {};
        request.emplace();
        request->fd = Fd{entry.fd};
        request->events = entry.opcode;
        request->data = entry.user_data;
    }
    return request;
}

std::optional<InterestEntry> pending_request(const ProcDirectory& process, Pid whose, Fd ring) {
    const auto fdinfo = read_in_time(process, whose, {.name = ("fdinfo/" + std::to_string(ring.value)).c_str()});
    const RingState state = fdinfo ? ring_state(*fdinfo) : RingState{};
    if (state.waiting != 1) return {};
    const auto maps = read_in_time(process, whose, {.name = "maps", .records = true});
    const Mapped mapped = maps ? entries_of(*maps, parse_fdinfo(*fdinfo).inode) : Mapped{};
    if (mapped.end <= mapped.begin || mapped.end - mapped.begin > most_entries * sizeof(io_uring_sqe)) return {};
    std::vector<std::byte> entries(mapped.end - mapped.begin);
    const PatientMemory memory(whose, leader(whose));
    if (memory.read(RemoteAddress{mapped.begin}, entries) != entries.size()) return {};
    return likely_request(entries, state, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
}

}  // namespace shimtrace::host
