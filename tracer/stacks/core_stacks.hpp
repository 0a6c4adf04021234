// Goroutines and native stacks of a process that has died, from its core file and the binaries that it ran.
#pragma once

#include <shimtrace/error.hpp>
#include <shimtrace/goroutine.hpp>
#include <shimtrace/native_stack.hpp>

#include <optional>
#include <string>
#include <vector>

namespace shimtrace::stacks {

struct CoreStacks {
    std::optional<GoProgram> go;  ///< nullopt: no Go program, or its binary is not here
    ProcessStacks native;         ///< tids are those of the pid namespace that the process lived in
    std::vector<std::string> problems;
};

/// True for a file that begins as an ELF core does.
bool is_core_file(const std::string& path);
/// Errors: the file cannot be read, or is no core of a machine that is known.
Result<CoreStacks> read_core(const std::string& path, bool debuginfod = false);

}  // namespace shimtrace::stacks
