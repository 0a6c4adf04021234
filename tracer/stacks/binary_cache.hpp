// The inside of BinaryCache, for this module alone.
#pragma once

#include "tracer/stacks/executable.hpp"
#include "tracer/stacks/goroutines.hpp"
#include "tracer/stacks/recently_used.hpp"

#include "decoders/golang/binary.hpp"

#include <map>
#include <mutex>

namespace shimtrace::stacks {

struct LearnedBinary {
    FileMapping file;                    ///< what `go` refers to
    std::optional<golang::GoBinary> go;  ///< nullopt: no Go program
    std::optional<Error> failure;        ///< a Go program that cannot be read
};

/// None of the mutexes is taken while another is held, but for those within a lesson's.
struct BinaryCache::Entries {
    using Learned = std::shared_ptr<const LearnedBinary>;
    /// Who needs what another is learning waits for that one alone.
    struct Lesson {
        std::mutex mutex;
        Learned learned;          ///< nullptr: not yet
        bool unanswered = false;  ///< the file system did not answer: it need not be waited for once more by each
    };

    std::mutex mutex;  ///< of these
    RecentlyUsed<FileIdentity, Learned> programs{64};
    RecentlyUsed<FileIdentity, Learned> others{1024};  ///< no Go programs, or not to be read: they hold nothing
    std::map<FileIdentity, std::shared_ptr<Lesson>> under_way;

    std::mutex mounts_mutex;
    host::AnsweringMounts mounts;  ///< on which the executables lie

    /// With `mutex` held. nullptr: it has not been learned, or was forgotten.
    Learned find(const FileIdentity& identity) {
        for (auto* const kept : {&programs, &others})
            if (const Learned* known = kept->find(identity)) return *known;
        return nullptr;
    }
};

/// What an executable's bytes teach.
std::shared_ptr<const LearnedBinary> learn(FileMapping file);

/// What the process's executable teaches, from the cache where it is there. Never a null pointer.
Result<std::shared_ptr<const LearnedBinary>> learned_binary(Pid pid, BinaryCache& cache);

/// Where the executable of `pid` was loaded, less its link address.
std::uint64_t load_bias(Pid pid, const golang::GoBinary& binary);

}  // namespace shimtrace::stacks
