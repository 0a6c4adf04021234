// Which daemons are read for an answer, and who of those that they are connected to matters: the ones that a call under way waits for.
#pragma once

#include "tracer/diagnosis/diagnose.hpp"
#include "tracer/snapshot/take_snapshot.hpp"
#include "tracer/stacks/goroutines.hpp"

#include <shimtrace/snapshot.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace shimtrace::session {

/// The goroutines of those that are daemons by the name of their program, read by another thread while the host's files are read: nearly
/// every question is about them.
class DaemonsAhead {
public:
    /// `table`: is not used any more once this is made. `interrupted`: as DiagnoseOptions has it.
    DaemonsAhead(const Snapshot& table, stacks::BinaryCache& cache, std::function<bool()> interrupted);
    DaemonsAhead(const DaemonsAhead&) = delete;
    DaemonsAhead& operator=(const DaemonsAhead&) = delete;
    /// Waits for no more than the one that is being read.
    ~DaemonsAhead();
    /// As stacks::read_goroutines, once it has been read. nullopt: it is not read ahead.
    std::optional<Result<std::optional<GoProgram>>> take(Pid pid);

private:
    using Read = std::optional<Result<std::optional<GoProgram>>>;
    void read_all(stacks::BinaryCache& cache);

    std::function<bool()> interrupted_;
    std::atomic<bool> ends_ = false;
    std::mutex mutex_;  ///< of what was read; which processes are, stays as it is
    std::condition_variable progress_;
    std::map<Pid, Read> read_;
    std::optional<std::thread> reader_;
};

/// What was found in them.
struct ReadDaemons {
    std::vector<host::Chosen::Daemon> daemons;
    std::vector<Pid> shims;  ///< that a call waits for
};

/// Reads the goroutines of the daemons that a question is about: of containerd and its like for every container, client and pod, of others
/// where they are asked about themselves. `ahead`: what has been read already, without stopping anything; nullptr: nothing.
ReadDaemons read_daemons(Snapshot& table, const diagnosis::Query& query, bool may_stop, stacks::BinaryCache& cache,
                         DaemonsAhead* ahead = nullptr);

/// Pods of which a daemon's call tells and no shim, by "POD" or "NAMESPACE/POD", or all of a namespace where `text` is empty. `ns`: only of
/// this one; empty: of any.
std::vector<PodRef> find_pods(const Snapshot& snapshot, const std::string& text, const std::string& ns);

}  // namespace shimtrace::session
