// What a snapshot has by the ten thousand stays small: beside 500 shims a monitor has 64 MiB for all of it (docs/cost.md). Who adds a
// member that few of them have makes it Rare or Boxed; a text that many of them have in common, a SharedText.
#include <shimtrace/snapshot.hpp>

#include <doctest/doctest.h>

using namespace shimtrace;

TEST_CASE("what there are ten thousands of is small") {
    CHECK(sizeof(GoFrame) <= 48);     // 128,000 beside 500 shims
    CHECK(sizeof(Goroutine) <= 512);  // 17,500
    CHECK(sizeof(FdEntry) <= 216);    // 20,000
    CHECK(sizeof(Holder) <= 24);      // 80,000
    CHECK(sizeof(Thread) <= 376);     // 6,400
}
