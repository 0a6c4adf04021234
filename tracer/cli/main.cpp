#include "cli/program.hpp"

int main(int argc, char** argv) {
    return shimtrace::cli::run_program(argc, argv);
}
