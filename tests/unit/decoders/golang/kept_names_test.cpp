#include "decoders/golang/kept_names.hpp"

#include <doctest/doctest.h>

using namespace shimtrace::golang;

TEST_CASE("the one name that CRI makes of a container's, or a sandbox's") {
    const auto of = [](std::string_view name) {
        const KeptName kept = kept_name(name);
        return kept.pod_namespace + "/" + kept.pod + "/" + kept.container;
    };
    CHECK(of("app_web-1_prod_0a1b-2c_0") == "prod/web-1/app");
    CHECK(of("web-1_prod_0a1b-2c_3") == "prod/web-1/");
    for (const char* other : {"", "_", "web-1", "web-1_prod_0a1b", "a_app_web-1_prod_0a1b_0", "app__prod_0a1b_0", "app_web 1_prod_0a1b_0"})
        CHECK(of(other) == "//");
}
