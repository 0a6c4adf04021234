#include "tracer/output/resting.hpp"

#include "decoders/syscalls/call_facts.hpp"

namespace shimtrace::output {

bool may_rest(const Event& enter) {
    switch (decoders::waits_of(enter.arch, enter.number, enter.args).how) {
        case decoders::WaitsFor::locks:
        case decoders::WaitsFor::polls:
        case decoders::WaitsFor::sleeps:
        case decoders::WaitsFor::signals:
            return true;
        default:
            return false;
    }
}

}  // namespace shimtrace::output
