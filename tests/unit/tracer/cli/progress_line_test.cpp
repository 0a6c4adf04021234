#include "tracer/cli/progress_line.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using namespace shimtrace::cli;
using namespace std::chrono_literals;

TEST_CASE("progress tells how far it is and how much is left") {
    CHECK(work_text({.what = "reading a.rec", .done = 1 << 20, .of = 4 << 20, .unit = WorkUnit::bytes}, 5s) ==
          "reading a.rec: 25 % of 4.0 MiB, 15 s left");
    CHECK(work_text({.what = "looking at processes", .done = 90, .of = 100}, 9s) == "looking at processes: 90 % of 100, 1.0 s left");
    CHECK(work_text({.what = "waiting", .done = 400, .of = 1600, .unit = WorkUnit::milliseconds}, 400ms) ==
          "waiting: 25 % of 1.6 s, 1.2 s left");
    CHECK(work_text({.what = "x", .done = 7, .of = 0}, 1s) == "x: 7");
    CHECK(work_text({.what = "x", .done = 0, .of = 7}, 1s) == "x: 0 % of 7");
    CHECK(work_text({.what = "x", .done = 9, .of = 7}, 1s) == "x: 100 % of 7, 0.0 s left");
    CHECK(work_text({.what = "a\x1b[2J", .done = 1, .of = 1}, 1s).find('\x1b') == std::string::npos);
}

TEST_CASE("where nothing is shown nobody is asked to tell") {
    ProgressLine line(false);
    CHECK_FALSE(line.teller());
}
