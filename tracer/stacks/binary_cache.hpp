// The inside of BinaryCache, for this module alone.
#pragma once

#include "tracer/stacks/executable.hpp"
#include "tracer/stacks/goroutines.hpp"

#include "decoders/golang/binary.hpp"

#include <map>
#include <mutex>

namespace shimtrace::stacks {

struct LearnedBinary {
    FileMapping file;                    ///< what `go` refers to
    std::optional<golang::GoBinary> go;  ///< nullopt: no Go program
    std::optional<Error> failure;        ///< a Go program that cannot be read
};

struct BinaryCache::Entries {
    std::mutex mutex;
    std::map<FileIdentity, std::shared_ptr<const LearnedBinary>> by_file;
    host::AnsweringMounts mounts;  ///< on which the executables lie
};

/// What an executable's bytes teach.
std::shared_ptr<const LearnedBinary> learn(FileMapping file);

/// What the process's executable teaches, from the cache where it is there. Never a null pointer.
Result<std::shared_ptr<const LearnedBinary>> learned_binary(Pid pid, BinaryCache& cache);

/// Where the executable of `pid` was loaded, less its link address.
std::uint64_t load_bias(Pid pid, const golang::GoBinary& binary);

}  // namespace shimtrace::stacks
