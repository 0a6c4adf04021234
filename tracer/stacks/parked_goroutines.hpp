// Looks again and again at where the goroutines of many processes stand: what does not change between two looks is kept.
#pragma once

#include "tracer/stacks/goroutines.hpp"

#include "decoders/golang/parked.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace shimtrace::stacks {

class ParkedGoroutineReader {
public:
    /// `binaries` outlives it.
    explicit ParkedGoroutineReader(BinaryCache& binaries);
    ~ParkedGoroutineReader();

    /// Of the process that began at `start_time`. nullopt: it is no Go program, or cannot be read.
    std::optional<golang::ParkedGoroutines> read(Pid pid, std::uint64_t start_time);
    /// What is known of processes that were not read since this was called last is forgotten.
    void forget_others();

private:
    struct Known {
        std::optional<golang::RuntimeLocation> location;  ///< nullopt: there is nothing to be read
        bool read_since = true;
    };
    BinaryCache& binaries_;
    std::map<std::pair<Pid, std::uint64_t>, Known> known_;
};

}  // namespace shimtrace::stacks
