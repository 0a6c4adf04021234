#include "tracer/bpf/iterator.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace shimtrace::bpf {
namespace {

int bpf(bpf_cmd command, bpf_attr& attributes) {
    return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

}  // namespace

host::OrErrno<Iterator> Iterator::load(const KernelProgram& program) {
    bpf_attr loaded{};
    loaded.prog_type = BPF_PROG_TYPE_TRACING;
    loaded.expected_attach_type = BPF_TRACE_ITER;
    loaded.attach_btf_id = program.table;
    loaded.insns = reinterpret_cast<std::uint64_t>(program.instructions.data());
    loaded.insn_cnt = static_cast<std::uint32_t>(program.instructions.size());
    std::string_view("shimtrace").copy(loaded.prog_name, sizeof loaded.prog_name - 1);
    loaded.license = reinterpret_cast<std::uint64_t>("GPL");  // what bpf_seq_write asks for; see open_files.cpp, task_program.cpp
    const host::OwnedFd instructions(bpf(BPF_PROG_LOAD, loaded));
    if (!instructions) return std::unexpected(errno);
    bpf_attr linked{};
    linked.link_create.prog_fd = static_cast<std::uint32_t>(instructions.get());
    linked.link_create.attach_type = BPF_TRACE_ITER;
    host::OwnedFd link(bpf(BPF_LINK_CREATE, linked));
    if (!link) return std::unexpected(errno);
    return Iterator(std::move(link));
}

int Iterator::run(const std::function<std::optional<std::size_t>(std::string_view)>& take) const {
    bpf_attr created{};
    created.iter_create.link_fd = static_cast<std::uint32_t>(link_.get());
    const host::OwnedFd stream(bpf(BPF_ITER_CREATE, created));
    if (!stream) return errno;
    std::vector<char> buffer(std::size_t{64} << 10);  // the kernel's own is of 8 pages
    std::string pending;
    for (;;) {
        const ssize_t got = ::read(stream.get(), buffer.data(), buffer.size());
        if (got < 0 && errno != EINTR && errno != EAGAIN) return errno;
        if (got == 0) return 0;
        if (got < 0) continue;
        pending.append(buffer.data(), static_cast<std::size_t>(got));
        std::string_view rest = pending;
        while (!rest.empty()) {
            const auto taken = take(rest);
            if (!taken) return 0;
            if (*taken == 0) break;
            rest.remove_prefix(*taken);
        }
        pending.erase(0, pending.size() - rest.size());
    }
}

}  // namespace shimtrace::bpf
