#include "tracer/procfs/process_memory.hpp"

#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

namespace shimtrace::host {
namespace {

constexpr std::size_t batch_size = 64;  ///< ranges a system call; well below IOV_MAX

bool complete(const ReadRequest& request) {
    return request.got == request.into.size();
}

/// Shares out `bytes` that were read into the requests' unread rests, in order. The first request that is still incomplete.
std::span<ReadRequest> account(std::span<ReadRequest> requests, std::size_t bytes) {
    while (!requests.empty()) {
        ReadRequest& first = requests.front();
        const std::size_t taken = std::min(bytes, first.into.size() - first.got);
        first.got += taken;
        bytes -= taken;
        if (!complete(first)) break;
        requests = requests.subspan(1);
    }
    return requests;
}

ssize_t read_batch(Tid tid, std::span<ReadRequest> requests) {
    std::array<iovec, batch_size> local;
    std::array<iovec, batch_size> remote;
    const std::size_t count = std::min(requests.size(), batch_size);
    for (std::size_t i = 0; i < count; ++i) {
        const auto rest = requests[i].into.subspan(requests[i].got);
        local[i] = {rest.data(), rest.size()};
        // An address of the tracee in the type that the kernel's interface has for it; never dereferenced.
        remote[i] = {reinterpret_cast<void*>(requests[i].address.value + requests[i].got), rest.size()};
    }
    return process_vm_readv(tid.value, local.data(), count, remote.data(), count, 0);
}

/// /proc/TID/mem answers where process_vm_readv is compiled out or filtered.
void read_through_proc(Tid tid, std::span<ReadRequest> requests) {
    const int fd = open(proc_path(Pid{tid.value}, "mem").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    for (ReadRequest& request : requests) {
        while (!complete(request)) {
            const auto rest = request.into.subspan(request.got);
            const ssize_t got = pread(fd, rest.data(), rest.size(), static_cast<off_t>(request.address.value + request.got));
            if (got <= 0) break;
            request.got += static_cast<std::size_t>(got);
        }
    }
    close(fd);
}

/// One range as it is asked for: a thread and a part of its memory.
struct Range {
    std::int32_t tid = 0;
    std::uint64_t address = 0, length = 0;
};

/// Ranges become their bytes, each behind how many there are.
Parcel read_ranges(Parcel request) {
    std::vector<Range> ranges(request.bytes.size() / sizeof(Range));
    std::memcpy(ranges.data(), request.bytes.data(), ranges.size() * sizeof(Range));
    std::size_t whole = 0;
    for (const Range& range : ranges) whole += sizeof(std::uint64_t) + range.length;
    Parcel reply;
    reply.bytes.resize(whole);
    // All into place as if nothing were missing, with few calls of the kernel's; then together.
    std::vector<ReadRequest> requests;
    std::size_t at = 0;
    for (const Range& range : ranges) {
        at += sizeof(std::uint64_t);
        requests.push_back({RemoteAddress{range.address}, std::as_writable_bytes(std::span(reply.bytes).subspan(at, range.length))});
        at += range.length;
    }
    for (std::size_t first = 0; first < ranges.size();) {
        std::size_t count = 1;
        while (first + count < ranges.size() && ranges[first + count].tid == ranges[first].tid) ++count;
        ProcessMemory(Tid{ranges[first].tid}).read(std::span(requests).subspan(first, count));
        first += count;
    }
    std::size_t to = 0;
    for (const ReadRequest& each : requests) {
        const std::uint64_t got = each.got;
        std::memcpy(reply.bytes.data() + to, &got, sizeof got);
        to += sizeof got;
        std::memmove(reply.bytes.data() + to, each.into.data(), each.got);
        to += each.got;
    }
    reply.bytes.resize(to);
    return reply;
}

}  // namespace

void ProcessMemory::read(std::span<ReadRequest> requests) const {
    for (ReadRequest& request : requests) request.got = 0;
    auto pending = account(requests, 0);
    while (!pending.empty()) {
        const ssize_t bytes = read_batch(tid_, pending);
        if (bytes < 0 && errno == EFAULT) {
            // Nothing of the first unread range can be read: it ends here, the others are tried on their own.
            pending = account(pending.subspan(1), 0);
        } else if (bytes < 0 && (errno == EPERM || errno == ENOSYS)) {
            return read_through_proc(tid_, pending);
        } else if (bytes <= 0) {
            return;  // ESRCH: the process is gone
        } else {
            // The kernel stops at the first page that it cannot read, which may be in any range (mm/process_vm_access.c).
            pending = account(pending, static_cast<std::size_t>(bytes));
        }
    }
}

PatientMemory::PatientMemory(Pid whose, Tid tid, Nanoseconds patience) : concern_(concern_of(whose)), tid_(tid), patience_(patience) {}
PatientMemory::PatientMemory(Pid whose, Tid tid) : PatientMemory(whose, tid, usual_patience) {}

void PatientMemory::read(std::span<ReadRequest> requests) const {
    constexpr std::size_t most_bytes = std::size_t{1} << 22;  ///< of one question
    for (ReadRequest& request : requests) request.got = 0;
    while (!requests.empty() && !gave_up_) {
        Parcel question;
        std::size_t count = 0;
        for (std::size_t bytes = 0; count < requests.size() && (count == 0 || bytes + requests[count].into.size() <= most_bytes); ++count) {
            const Range range{tid_.value, requests[count].address.value, requests[count].into.size()};
            question.bytes.append(reinterpret_cast<const char*>(&range), sizeof range);
            bytes += range.length;
        }
        const auto reply = ask(concern_, read_ranges, std::move(question), patience_);
        if (!reply) {
            gave_up_ = true;
            return;
        }
        std::string_view rest = reply->bytes;
        for (ReadRequest& request : requests.first(count)) {
            std::uint64_t got = 0;
            if (rest.size() < sizeof got) return;
            std::memcpy(&got, rest.data(), sizeof got);
            rest.remove_prefix(sizeof got);
            request.got = std::min<std::size_t>({got, request.into.size(), rest.size()});
            std::memcpy(request.into.data(), rest.data(), request.got);
            rest.remove_prefix(request.got);
        }
        requests = requests.subspan(count);
    }
}

std::string text_at(const Memory& memory, RemoteAddress address, std::size_t most) {
    std::string found(most, '\0');
    found.resize(memory.read(address, std::as_writable_bytes(std::span(found))));
    found.resize(std::min(found.find('\0'), found.size()));
    return found;
}

}  // namespace shimtrace::host
