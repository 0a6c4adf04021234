// What a JVM's threads wait for: monitors (synchronized) and the locks of java.util.concurrent, by HotSpot's own description of its memory.
// Pure.
#pragma once

#include "decoders/languages/threads.hpp"

namespace shimtrace::languages {

/// The table in which libjvm.so tells where its fields are, for debuggers: a pointer to it.
constexpr std::string_view jvm_table_symbol = "gHotSpotVMStructs";

/// Tells of each Java thread that waits for a lock which one, and who has it. `table`: the address of that symbol. What does not fit tells
/// nothing.
void read_java_locks(std::span<Thread> threads, const Words& words, std::uint64_t table);

}  // namespace shimtrace::languages
