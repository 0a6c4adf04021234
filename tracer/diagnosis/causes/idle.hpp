// What a healthy container waits for, in one line.
#pragma once

#include "tracer/diagnosis/producers/producers.hpp"

#include <string>
#include <vector>

namespace shimtrace::diagnosis {

struct Idle {
    std::string summary;  ///< "c1 is healthy: init nc[123] reads 127.0.0.1:5432"
    std::vector<ChainLink> chain;
    std::vector<std::string> evidence;
};

Idle idle(const Context& look);

}  // namespace shimtrace::diagnosis
