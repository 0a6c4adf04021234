// The reader on hostile bytes.
#include "tests/fuzz/recording_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    shimtrace::recording::feed<shimtrace::recording::Ignore>(data, size);
    return 0;
}
