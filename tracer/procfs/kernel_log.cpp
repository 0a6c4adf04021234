#include "tracer/procfs/kernel_log.hpp"

#include <sys/klog.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <span>

namespace shimtrace::host {
namespace {

/// "mkdir:812", and what comes after it. A name may hold blanks and colons.
struct NamedTask {
    std::string comm;
    Tid tid;
    std::string_view rest;
};

bool continues(std::string_view rest, std::span<const std::string_view> by) {
    if (by.empty()) return rest.empty() || rest.front() == '.' || rest.front() == ' ';  // not within a name
    return std::ranges::any_of(by, [&](std::string_view word) { return rest.starts_with(word); });
}

/// `by`: one of these comes next; none: what ends a word.
std::optional<NamedTask> task_at(std::string_view text, std::span<const std::string_view> by) {
    constexpr std::size_t longest_name = 63;  // of a kernel's worker, with what it works on
    for (std::size_t colon = text.find(':'); colon != text.npos && colon <= longest_name; colon = text.find(':', colon + 1)) {
        std::int32_t number = 0;
        const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), number);
        const std::string_view rest(end, text.data() + text.size());
        if (error == std::errc{} && number > 0 && continues(rest, by))
            return NamedTask{std::string(text.substr(0, colon)), Tid{number}, rest};
    }
    return std::nullopt;
}

/// "<3>[  363.123456] INFO: …": seconds after boot.
MonotonicTime time_of(std::string_view line) {
    const std::size_t open = line.find('[');
    if (open == line.npos) return {};
    std::string_view number = line.substr(open + 1);
    number.remove_prefix(std::min(number.find_first_not_of(' '), number.size()));
    double seconds = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), seconds).ec != std::errc{} || seconds < 0) return {};
    return MonotonicTime(std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds)));
}

struct LockWord {
    std::string_view in_log, name;
};
constexpr auto locks =
    std::to_array<LockWord>({{" on a mutex", "mutex"}, {" on an rw-semaphore", "rw-semaphore"}, {" on a semaphore", "semaphore"}});

void take_lock(std::string_view rest, HungTask& task) {
    const auto lock = std::ranges::find_if(locks, [&](const LockWord& one) { return rest.find(one.in_log) != rest.npos; });
    if (lock != locks.end()) task.on = lock->name;
    for (const std::string_view by : {std::string_view(" owned by task "), std::string_view(" held by task ")}) {
        const std::size_t at = rest.find(by);
        if (at == rest.npos) continue;
        const auto owner = task_at(rest.substr(at + by.size()), {});
        if (!owner) return;
        task.owner = owner->tid;
        task.owner_comm = owner->comm;
        task.owner_writes = owner->rest.find("<writer>") != owner->rest.npos;
    }
}

std::uint64_t seconds_of(std::string_view rest) {
    constexpr std::string_view mark = "for more than ";
    const std::size_t at = rest.find(mark);
    std::uint64_t seconds = 0;
    if (at != rest.npos) std::from_chars(rest.data() + at + mark.size(), rest.data() + rest.size(), seconds);
    return seconds;
}

}  // namespace

std::string read_kernel_log() {
    constexpr int read_all = 3, size_buffer = 10;  // SYSLOG_ACTION_*, syslog(2): neither changes the log
    const int size = klogctl(size_buffer, nullptr, 0);
    if (size <= 0) return "";
    std::string log(static_cast<std::size_t>(std::min(size, 16 << 20)), '\0');
    const int got = klogctl(read_all, log.data(), static_cast<int>(log.size()));
    log.resize(static_cast<std::size_t>(std::max(got, 0)));
    return log;
}

std::vector<HungTask> parse_hung_tasks(std::string_view log) {
    constexpr std::string_view mark = "INFO: task ";
    constexpr auto goes_on = std::to_array<std::string_view>({" blocked", " is blocked", " <reader>", " <writer>"});
    constexpr std::size_t most = 1000;
    std::vector<HungTask> tasks;
    while (!log.empty() && tasks.size() < most) {
        const std::string_view line = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(log.size(), line.size() + 1));
        const std::size_t at = line.find(mark);
        if (at == line.npos) continue;
        const auto named = task_at(line.substr(at + mark.size()), goes_on);
        if (!named) continue;
        auto task = std::ranges::find(tasks, named->tid, &HungTask::task);
        if (task == tasks.end()) task = tasks.insert(tasks.end(), HungTask{.task = named->tid});
        if (const std::uint64_t seconds = seconds_of(named->rest); seconds > 0) {
            // A new report of it begins; what it is blocked on comes in a line of its own.
            *task = HungTask{.task = named->tid, .comm = named->comm, .seconds = seconds};
            if (named->rest.find("I/O") != named->rest.npos) task->on = "I/O";
        } else {
            take_lock(named->rest, *task);
        }
        task->comm = named->comm;
        task->at = time_of(line);
        task->line = std::string(line.substr(at, 300));
    }
    return tasks;
}

}  // namespace shimtrace::host
