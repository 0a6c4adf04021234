#include "tests/unit/tracer/engine/traced_session.hpp"

#include "tracer/procfs/task_files.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>

namespace shimtrace::engine::test {

bool eventually(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < end) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return holds();
}

Target::Target(const std::string& scenario) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[0], 0);
        execl(ENGINE_TRACEE, ENGINE_TRACEE, scenario.c_str(), nullptr);
        _exit(98);
    }
    close(ends[0]);
    input_ = ends[1];
    pid_ = Pid{child};
    eventually([&] { return host::task_stat(leader(pid_)).value_or(host::StatLine{}).comm == "engine_tracee"; });
}

Target::~Target() {
    close(input_);
    if (reaped_) return;
    kill(pid_.value, SIGKILL);
    waitpid(pid_.value, nullptr, 0);
}

void Target::type_byte() const {
    [[maybe_unused]] const ssize_t written = write(input_, "x", 1);
}

void Target::signal(int number) const {
    kill(pid_.value, number);
}

ProcessState Target::state() const {
    return host::task_stat(leader(pid_)).value_or(host::StatLine{}).state;
}

std::vector<Tid> Target::threads() const {
    return host::threads_of(pid_);
}

int Target::tracers() const {
    int count = 0;
    for (const Tid tid : threads()) count += host::task_status(tid).value_or(host::StatusText{}).tracer != 0 ? 1 : 0;
    return count;
}

bool Target::blocks_in(long number) const {
    long in = -1;
    return std::sscanf(host::task_file(leader(pid_), "syscall").c_str(), "%ld", &in) == 1 && in == number;
}

bool Target::threads_block_in(std::multiset<long> numbers) const {
    std::multiset<long> found;
    for (const Tid tid : threads()) {
        long in = -1;
        if (std::sscanf(host::task_file(tid, "syscall").c_str(), "%ld", &in) == 1) found.insert(in);
    }
    return found == numbers;
}

int Target::exit_status() {
    int status = 0;
    // A thread of ours may be tracing it: the tracer hears of the end first.
    waitpid(pid_.value, &status, 0);
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct Session::Recorder : SessionObserver, EventSink {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<Event> events;
    SessionInfo info;
    std::map<std::int64_t, int> returns;
    bool ended = false, quiet = false;
    std::vector<std::size_t> in_place_after;

    OpenFileId target(Pid, Tid, Fd, EventSink&) override { return {}; }
    void call_returned(const Event& enter, const Event&) override {
        const std::scoped_lock lock(mutex);
        ++returns[enter.number];
    }
    void task_started(Pid, Tid, Tid, std::uint64_t, EventSink&) override {}
    void task_executed(Pid, Tid, EventSink&) override {}
    void task_ended(Pid, Tid) override {}
    void stack(Pid, Tid, const Memory&, std::vector<StackFrame>&) override {}
    std::string blocked_note(const Event&) override { return "for a byte"; }

    void session(const SessionInfo& session) override {
        const std::scoped_lock lock(mutex);
        info = session;
    }
    void event(const Event& event) override {
        const std::scoped_lock lock(mutex);
        events.push_back(event);
        quiet = false;
        changed.notify_all();
    }
    void in_place() override {
        const std::scoped_lock lock(mutex);
        in_place_after.push_back(events.size());
    }
    void idle() override {
        const std::scoped_lock lock(mutex);
        quiet = true;
    }
    void end() override {
        const std::scoped_lock lock(mutex);
        ended = true;
    }
};

Session::Session(TraceRequest request) : recorder_(std::make_unique<Recorder>()) {
    thread_ = std::thread([this, request = std::move(request)] {
        result_ = trace(request, {}, *recorder_, *recorder_, stop_);
        recorder_->changed.notify_all();
    });
}

Session::~Session() {
    stop_.stop();
    if (thread_.joinable()) thread_.join();
}

bool Session::await(const std::function<bool(const Event&)>& wanted) {
    std::unique_lock lock(recorder_->mutex);
    return recorder_->changed.wait_for(lock, std::chrono::minutes(1), [&] {
        for (const Event& event : recorder_->events) {
            if (wanted(event)) return true;
        }
        return false;
    });
}

bool Session::await(EventKind kind, std::int64_t number) {
    return await([=](const Event& event) { return event.kind == kind && (number < 0 || event.number == number); });
}

Result<TraceResult>& Session::result() {
    if (thread_.joinable()) thread_.join();
    return result_;
}

std::vector<Event> Session::events() {
    const std::scoped_lock lock(recorder_->mutex);
    return recorder_->events;
}

std::vector<Event> Session::events(EventKind kind) {
    std::vector<Event> found = events();
    std::erase_if(found, [&](const Event& event) { return event.kind != kind; });
    return found;
}

std::vector<Event> Session::calls(std::int64_t number) {
    std::vector<Event> found = events();
    std::erase_if(found, [&](const Event& event) {
        return (event.kind != EventKind::syscall_enter && event.kind != EventKind::syscall_exit) || event.number != number;
    });
    return found;
}

SessionInfo Session::info() {
    const std::scoped_lock lock(recorder_->mutex);
    return recorder_->info;
}

std::vector<std::size_t> Session::in_place() {
    const std::scoped_lock lock(recorder_->mutex);
    return recorder_->in_place_after;
}

bool Session::ended() {
    const std::scoped_lock lock(recorder_->mutex);
    return recorder_->ended;
}

bool Session::idle() {
    const std::scoped_lock lock(recorder_->mutex);
    return recorder_->quiet;
}

int Session::observed_returns(std::int64_t number) {
    const std::scoped_lock lock(recorder_->mutex);
    return recorder_->returns[number];
}

TraceRequest running(const std::string& scenario) {
    TraceRequest request;
    request.command = {ENGINE_TRACEE, scenario};
    request.follow = true;
    return request;
}

TraceRequest attaching(const Target& target) {
    TraceRequest request;
    request.attach = {target.pid()};
    request.follow = true;
    return request;
}

}  // namespace shimtrace::engine::test
