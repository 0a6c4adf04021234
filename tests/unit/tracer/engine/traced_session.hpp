// A live session run on a thread of its own, its events kept; and a process to trace.
#pragma once

#include "tracer/engine/trace.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace shimtrace::engine::test {

/// Polls until `holds`, for at most a minute.
bool eventually(const std::function<bool()>& holds);

/// `engine_tracee SCENARIO`, standard input a pipe. Killed when it goes out of scope.
class Target {
public:
    explicit Target(const std::string& scenario);
    ~Target();
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    [[nodiscard]] Pid pid() const { return pid_; }
    void type_byte() const;
    void signal(int number) const;
    [[nodiscard]] ProcessState state() const;  ///< of the leader, as /proc shows it
    [[nodiscard]] std::vector<Tid> threads() const;
    [[nodiscard]] int tracers() const;  ///< threads that have one
    [[nodiscard]] bool blocks_in(long number) const;
    [[nodiscard]] bool threads_block_in(std::multiset<long> numbers) const;  ///< one in each, and no more threads
    int exit_status();                                                       ///< waits for it; 128 + signal where killed

private:
    Pid pid_;
    int input_ = -1;
    bool reaped_ = false;
};

class Session {
public:
    explicit Session(TraceRequest request);
    ~Session();

    /// Until an event for which `wanted` holds has come. False after a minute.
    bool await(const std::function<bool(const Event&)>& wanted);
    bool await(EventKind kind, std::int64_t number = -1);
    void stop() { stop_.stop(); }
    /// Waits for the end.
    Result<TraceResult>& result();

    [[nodiscard]] std::vector<Event> events();
    [[nodiscard]] std::vector<Event> events(EventKind kind);
    [[nodiscard]] std::vector<Event> calls(std::int64_t number);  ///< syscall_enter and syscall_exit
    [[nodiscard]] SessionInfo info();
    [[nodiscard]] bool ended();
    [[nodiscard]] std::vector<std::size_t> in_place();  ///< so many events had come whenever that was said
    [[nodiscard]] bool idle();
    [[nodiscard]] int observed_returns(std::int64_t number);

private:
    struct Recorder;
    std::unique_ptr<Recorder> recorder_;
    StopRequest stop_;
    Result<TraceResult> result_;
    std::thread thread_;
};

/// The request to run a scenario, followed.
TraceRequest running(const std::string& scenario);
/// The request to attach to a target, followed.
TraceRequest attaching(const Target& target);

}  // namespace shimtrace::engine::test
