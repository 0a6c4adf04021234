#include "tracer/stacks/language_locks.hpp"

#include "tracer/procfs/process_memory.hpp"
#include "tracer/stacks/mappings.hpp"

#include "decoders/languages/exported_symbol.hpp"
#include "decoders/languages/jvm.hpp"
#include "decoders/languages/python.hpp"

#include <algorithm>
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
    const host::PatientMemory memory(process.pid, leader(process.pid));
    const languages::Words words(memory, ranges);
    if (python) languages::read_python_locks(process.threads, words);
    if (jvm == mappings.end()) return;
    if (const auto table = languages::exported_symbol(words, jvm->begin, languages::jvm_table_symbol))
        languages::read_java_locks(process.threads, words, *table);
}

}  // namespace shimtrace::stacks
