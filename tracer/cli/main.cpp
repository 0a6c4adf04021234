#include "tracer/cli/run_program.hpp"

int main(int argc, char** argv) {
    return shimtrace::cli::run_program(argc, argv);
}
