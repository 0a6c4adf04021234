#include <shimtrace/rare.hpp>
#include <shimtrace/role.hpp>

#include <doctest/doctest.h>

using namespace shimtrace;

TEST_CASE("a rare value reads as its default until it is written") {
    Rare<ContainerRef> container;
    CHECK(container->id.empty());
    CHECK_FALSE(*container);
    container.edit().id = "c1";
    CHECK(container->id == "c1");
    container.edit().ns = "k8s.io";  // what was written before stays
    CHECK((container->id == "c1" && container->ns == "k8s.io"));
    container = {};
    CHECK(container->id.empty());
}

TEST_CASE("a rare value is its own in each copy, and equal by what it says") {
    Rare<ContainerRef> one = ContainerRef{"k8s.io", "c1"};
    const Rare<ContainerRef> other = one;
    CHECK(one == other);
    one.edit().id = "c2";
    CHECK(other->id == "c1");
    CHECK(one > other);
    Rare<ContainerRef> written_as_default;
    written_as_default.edit() = {};
    CHECK(written_as_default == Rare<ContainerRef>());
}

TEST_CASE("a rare value that is its default takes a pointer") {
    static_assert(sizeof(Rare<ContainerRef>) == sizeof(void*));
    const Rare<ContainerRef> one, other;
    CHECK(&*one == &*other);  // both read the same
}
