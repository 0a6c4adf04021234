// How far something is that may take long.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace shimtrace {

enum class WorkUnit : std::uint8_t { things, bytes, milliseconds };

struct Work {
    std::string_view what;           ///< "reading web-1.rec", "looking at processes"
    std::uint64_t done = 0, of = 0;  ///< of: 0 where the whole is not known
    WorkUnit unit = WorkUnit::things;
};

/// Called now and then by who does it, perhaps by several threads; empty: nobody asks.
using TellWork = std::function<void(const Work&)>;

}  // namespace shimtrace
