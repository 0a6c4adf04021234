#include "tracer/stacks/cached_memory.hpp"

#include <array>
#include <cerrno>

#include <sys/uio.h>

namespace shimtrace::stacks {
namespace {

constexpr std::size_t most_ranges = 1024;  // IOV_MAX

/// Reads a run of requests, one at least, with one call. Gives back how many are settled: read whole, or the first one that was not.
std::size_t read_run(Pid pid, std::span<ReadRequest> requests) {
    if (requests.empty()) return 0;
    std::array<iovec, most_ranges> local, remote;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        local[i] = {requests[i].into.data(), requests[i].into.size()};
        remote[i] = {reinterpret_cast<void*>(requests[i].address.value), requests[i].into.size()};
    }
    const ssize_t got = process_vm_readv(pid.value, local.data(), requests.size(), remote.data(), requests.size(), 0);
    if (got < 0 && errno != EFAULT) return requests.size();  // it is gone, or may not be read
    // The kernel copies page by page and stops at the first unreadable one (mm/process_vm_access.c).
    std::size_t left = got < 0 ? 0 : static_cast<std::size_t>(got);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        requests[i].got = std::min(left, requests[i].into.size());
        left -= requests[i].got;
        if (requests[i].got < requests[i].into.size()) return i + 1;
    }
    return requests.size();
}

}  // namespace

void ProcessMemory::read(std::span<ReadRequest> requests) const {
    for (ReadRequest& request : requests) request.got = 0;
    while (!requests.empty()) requests = requests.subspan(read_run(pid_, requests.first(std::min(requests.size(), most_ranges))));
}

}  // namespace shimtrace::stacks
