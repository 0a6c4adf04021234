#include "tracer/stacks/language_locks.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/process_memory.hpp"
#include "tracer/stacks/mappings.hpp"

#include "decoders/languages/exported_symbol.hpp"
#include "decoders/languages/jvm.hpp"
#include "decoders/languages/python.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <string_view>

namespace shimtrace::stacks {
namespace {

std::string_view file_name(const Mapping& mapping) {
    return std::string_view(mapping.path).substr(mapping.path.rfind('/') + 1);
}

/// The program itself, or the library of those that have Python within them.
bool is_pythons(const Mapping& mapping) {
    return file_name(mapping).starts_with("python") || file_name(mapping).starts_with("libpython");
}

/// What a program has in its memory is its own: one made to be read for ever is read for a while.
class ShortlyReadMemory final : public Memory {
public:
    explicit ShortlyReadMemory(const Memory& memory) : memory_(memory) {}

    using Memory::read;
    void read(std::span<ReadRequest> requests) const override {
        if (!is_over()) memory_.read(requests);
    }
    [[nodiscard]] bool is_over() const { return host::monotonic_now() > end_; }

private:
    static constexpr Nanoseconds enough = std::chrono::milliseconds(150);
    const Memory& memory_;
    MonotonicTime end_ = host::monotonic_now() + enough;
};

bool waits_in_futex(const Thread& thread) {
    return thread.futex && thread.state == ProcessState::sleeping && (thread.arch == Arch::x86_64 || thread.arch == Arch::aarch64);
}

}  // namespace

void read_language_locks(Process& process) {
    if (process.go || std::ranges::none_of(process.threads, waits_in_futex)) return;
    const std::vector<Mapping> mappings = read_mappings(process.pid);
    const auto jvm = std::ranges::find(mappings, "libjvm.so", file_name);
    const bool python = std::ranges::any_of(mappings, is_pythons);
    if (jvm == mappings.end() && !python) return;
    languages::Ranges ranges;
    for (const Mapping& mapping : mappings)
        if (mapping.readable) ranges.emplace_back(mapping.begin, mapping.end);
    const host::PatientMemory patient(process.pid, leader(process.pid));
    const ShortlyReadMemory memory(patient);
    const languages::Words words(memory, ranges);
    if (python) languages::read_python_locks(process.threads, words);
    if (jvm != mappings.end())
        if (const auto table = languages::exported_symbol(words, jvm->begin, languages::jvm_table_symbol))
            languages::read_java_locks(process.threads, words, *table);
    // Of what was read in part nothing is believed: another owner may be in the rest.
    if (memory.is_over())
        for (Thread& thread : process.threads) thread.language_lock.reset();
}

}  // namespace shimtrace::stacks
