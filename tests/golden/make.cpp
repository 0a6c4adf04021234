// A golden recording of the present format, of a session that is made up.
//   golden_recording FILE      tests/golden/vN/session.strec, when the format has become version N
#include "tests/golden/made_up_session.hpp"

#include "tracer/recording/writer.hpp"

#include <fmt/format.h>

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: golden_recording FILE\n");
        return 2;
    }
    auto writer = shimtrace::recording::Writer::create(argv[1], {});
    if (!writer) {
        fmt::print(stderr, "{}\n", writer.error().message());
        return 1;
    }
    shimtrace::test::MadeUpSession(**writer).tell();
    return (*writer)->failure() ? 1 : 0;
}
