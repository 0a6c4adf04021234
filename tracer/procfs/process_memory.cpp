#include "tracer/procfs/process_memory.hpp"

#include <sys/uio.h>

#include <algorithm>

namespace shimtrace::host {

void RemoteMemory::read(std::span<ReadRequest> requests) const {
    constexpr std::uint64_t page = 4096;  // the smallest there is: an unreadable page begins at a multiple of it
    for (ReadRequest& request : requests) {
        request.got = 0;
        // A transfer of one iovec element is all or nothing up to a page (process_vm_readv(2)): the range is offered in
        // pieces that end at page edges, so that what precedes an unreadable page is read.
        while (request.got < request.into.size()) {
            constexpr std::size_t most_pieces = 64;
            iovec remote[most_pieces];
            std::size_t pieces = 0, length = 0;
            std::uint64_t address = request.address.value + request.got;
            while (pieces < most_pieces && request.got + length < request.into.size()) {
                const std::size_t piece = std::min<std::size_t>(page - address % page, request.into.size() - request.got - length);
                remote[pieces++] = {reinterpret_cast<void*>(address), piece};
                address += piece;
                length += piece;
            }
            iovec local{request.into.data() + request.got, length};
            const ssize_t got = ::process_vm_readv(tid_.value, &local, 1, remote, pieces, 0);
            if (got <= 0) break;
            request.got += static_cast<std::size_t>(got);
            if (static_cast<std::size_t>(got) < length) break;
        }
    }
}

std::string RemoteMemory::text(RemoteAddress address, std::size_t most) const {
    std::string found(most, '\0');
    found.resize(Memory::read(address, std::as_writable_bytes(std::span(found))));
    found.resize(std::min(found.find('\0'), found.size()));
    return found;
}

}  // namespace shimtrace::host
