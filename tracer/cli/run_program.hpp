// The whole program, but for main().
#pragma once

namespace shimtrace::cli {

/// Reads the command line and runs its command. Gives back what the program exits with: an ExitCode, or what the traced command exited
/// with.
int run_program(int argc, char** argv);

}  // namespace shimtrace::cli
