#include <shimtrace/role.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace shimtrace;

TEST_CASE("what runs inside a container is of it, and the kernel that it runs on as well") {
    std::vector<ProcessRole> inside, of_container;
    for (auto role = ProcessRole::none; role <= ProcessRole::gofer; role = static_cast<ProcessRole>(static_cast<int>(role) + 1)) {
        if (runs_inside(role)) inside.push_back(role);
        if (is_container_role(role)) of_container.push_back(role);
    }
    using enum ProcessRole;
    CHECK((inside == std::vector{runtime_init, container_init, container_exec, container_process}));
    CHECK((of_container == std::vector{runtime_init, container_init, container_exec, container_process, sandbox}));
}
