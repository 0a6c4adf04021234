#include "tracer/procfs/kernel_log.hpp"

#include <doctest/doctest.h>

using namespace shimtrace;
using host::parse_hung_tasks;

TEST_CASE("hung tasks: each wording, and the likely owner of the lock") {
    const auto tasks = parse_hung_tasks(
        "<6>[    1.000000] Linux version 6.18\n"
        "<3>[  363.250000] INFO: task mkdir:812 blocked for more than 120 seconds.\n"
        "<3>[  363.250001]       Not tainted 6.18\n"
        "<3>[  363.250002] INFO: task mkdir:812 <writer> blocked on an rw-semaphore likely owned by task a:b c:811 <writer>\n"
        "<3>[  400.000000] INFO: task khugepaged:36 is blocked on a mutex likely owned by task kworker/0:1:52.\n"
        "<3>[  401.000000] INFO: task tar:90 blocked in I/O wait for more than 241 seconds.\n"
        "<3>[  402.000000] INFO: task x:91 blocked on a semaphore likely last held by task y:92\n"
        "<3>[  403.000000] INFO: task z:93 is blocked on a mutex, but the owner is not found.\n"
        "<3>[  404.000000] INFO: task  blocked by nobody\n");
    REQUIRE(tasks.size() == 5);
    CHECK(tasks[0].task == Tid{812});
    CHECK(tasks[0].comm == "mkdir");
    CHECK(tasks[0].seconds == 120);
    CHECK(tasks[0].on == "rw-semaphore");
    CHECK(tasks[0].owner == Tid{811});
    CHECK(tasks[0].owner_comm == "a:b c");
    CHECK(tasks[0].owner_writes);
    CHECK(tasks[0].line.find("owned by") != std::string::npos);
    CHECK(tasks[1].on == "mutex");
    CHECK(tasks[1].owner == Tid{52});
    CHECK(tasks[1].owner_comm == "kworker/0:1");
    CHECK(tasks[2].on == "I/O");
    CHECK(tasks[2].seconds == 241);
    CHECK(tasks[3].owner == Tid{92});
    CHECK_FALSE(tasks[4].owner);
    CHECK(std::chrono::duration_cast<std::chrono::seconds>(tasks[0].at.time_since_epoch()).count() == 363);
}

TEST_CASE("hung tasks: a new report of a task forgets what it was blocked on before") {
    const auto tasks = parse_hung_tasks(
        "INFO: task a:5 blocked for more than 120 seconds.\nINFO: task a:5 is blocked on a mutex likely owned by task b:6.\n"
        "INFO: task a:5 blocked for more than 241 seconds.\n");
    REQUIRE(tasks.size() == 1);
    CHECK(tasks[0].seconds == 241);
    CHECK_FALSE(tasks[0].owner);
}
