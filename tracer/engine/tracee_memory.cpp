#include "tracer/engine/tracee_memory.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace shimtrace::engine {

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
    std::array<char, 32> path;
    std::snprintf(path.data(), path.size(), "/proc/%d/mem", tid.value);
    const int fd = open(path.data(), O_RDONLY | O_CLOEXEC);
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

}  // namespace

void RemoteMemory::read(std::span<ReadRequest> requests) const {
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

}  // namespace shimtrace::engine
