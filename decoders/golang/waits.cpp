#include "decoders/golang/waits.hpp"

#include "decoders/syscalls/call_facts.hpp"

#include <algorithm>

namespace shimtrace::golang {
namespace {

struct ReasonRow {
    std::string_view reason;
    GoWaitKind kind;
};
constexpr ReasonRow reasons[] = {
    {"IO wait", GoWaitKind::fd_read},  // or fd_write: the pollDesc tells
    {"chan receive", GoWaitKind::chan_receive},
    {"chan receive (nil chan)", GoWaitKind::chan_receive},
    {"chan receive (synctest)", GoWaitKind::chan_receive},
    {"chan send", GoWaitKind::chan_send},
    {"chan send (nil chan)", GoWaitKind::chan_send},
    {"chan send (synctest)", GoWaitKind::chan_send},
    {"select", GoWaitKind::select},
    {"select (no cases)", GoWaitKind::select},
    {"select (synctest)", GoWaitKind::select},
    {"sleep", GoWaitKind::sleep},
    {"sync.Cond.Wait", GoWaitKind::cond},
    {"sync.Mutex.Lock", GoWaitKind::mutex},
    {"sync.RWMutex.RLock", GoWaitKind::rwmutex_read},
    {"sync.RWMutex.Lock", GoWaitKind::rwmutex_write},
    {"sync.WaitGroup.Wait", GoWaitKind::wait_group},
    {"sync.WaitGroup.Wait (synctest)", GoWaitKind::wait_group},
    {"semacquire", GoWaitKind::none},  // all locks of Go up to 1.19: the stack tells
};

/// Functions that wait for a semaphore, and how far inside their object its word lies. The innermost one tells the offset.
struct SemaphoreRow {
    std::string_view function;
    std::uint64_t offset;
    GoWaitKind kind;
};
constexpr SemaphoreRow semaphores[] = {
    {"sync.(*RWMutex).RLock", 12, GoWaitKind::rwmutex_read},
    {"sync.(*RWMutex).Lock", 8, GoWaitKind::rwmutex_write},
    {"sync.(*Mutex).lockSlow", 4, GoWaitKind::mutex},
    {"sync.(*Mutex).Lock", 4, GoWaitKind::mutex},
    {"internal/sync.(*Mutex).lockSlow", 4, GoWaitKind::mutex},
    {"internal/sync.(*Mutex).Lock", 4, GoWaitKind::mutex},
    {"sync.(*WaitGroup).Wait", 8, GoWaitKind::wait_group},
    {"sync.(*Once).doSlow", 4, GoWaitKind::once},
    {"sync.(*Once).Do", 4, GoWaitKind::once},
};

const SemaphoreRow* semaphore_row(std::string_view function) {
    const auto found = std::ranges::find(semaphores, function, &SemaphoreRow::function);
    return found == std::end(semaphores) ? nullptr : found;
}

bool takes_descriptor(Arch arch, std::int64_t syscall) {
    const decoders::CallFacts* facts = decoders::call_facts(arch, syscall);
    return facts && facts->takes_descriptor;
}

struct PollUse {
    Fd fd{-1};
    bool writes = false;
    const std::string* path = nullptr;
};

/// g's address → the descriptor it waits on.
std::unordered_map<std::uint64_t, PollUse> poll_users(const RuntimeState& state, std::span<const PolledDescriptor> polled) {
    std::unordered_map<std::int32_t, const std::string*> paths;
    for (const PolledDescriptor& row : polled) paths.emplace(row.fd.value, &row.path);
    std::unordered_map<std::uint64_t, PollUse> users;
    for (const CapturedPoll& poll : state.polls) {
        const std::string* path = paths[poll.fd.value];
        if (poll.reader != 0) users[poll.reader] = {poll.fd, false, path};
        if (poll.writer != 0) users[poll.writer] = {poll.fd, true, path};
    }
    return users;
}

void fill_channel_wait(const CapturedGoroutine& g, const RuntimeState& state, GoWait& wait) {
    std::size_t cases = 0;
    for (auto sudog = state.sudogs.find(g.waiting); sudog != state.sudogs.end() && cases < 65536;
         sudog = state.sudogs.find(sudog->second.wait_link)) {
        if (sudog->second.goroutine != g.address || sudog->second.channel == 0) return;
        ++cases;
        const auto channel = state.channels.find(sudog->second.channel);
        const CapturedChannel facts = channel == state.channels.end() ? CapturedChannel{} : channel->second;
        if (wait.kind == GoWaitKind::select) {
            wait.cases.push_back({sudog->second.sends, RemoteAddress{sudog->second.channel}, facts.length, facts.capacity});
            continue;
        }
        wait.object = RemoteAddress{sudog->second.channel};
        wait.length = facts.length;
        wait.capacity = facts.capacity;
        return;
    }
}

/// The object around the semaphore's word: Mutex, RWMutex, WaitGroup, or the Mutex of a Once.
void fill_semaphore_wait(const CapturedGoroutine& g, const RuntimeState& state, const UnwoundStack& stack, GoWait& wait) {
    const SemaphoreRow* innermost = nullptr;
    for (const GoFrame& frame : stack.frames) {
        const SemaphoreRow* row = semaphore_row(frame.function);
        if (row == nullptr) {
            if (innermost != nullptr) break;
            continue;
        }
        if (innermost == nullptr) innermost = row;
        wait.kind = row->kind;  // the outermost of sync's own frames says what is locked
    }
    const auto semaphore = state.semaphores.find(g.address);
    if (semaphore != state.semaphores.end() && innermost != nullptr) wait.object = RemoteAddress{semaphore->second - innermost->offset};
}

bool is_lock_or_wait_group(GoWaitKind kind) {
    return is_lock(kind) || kind == GoWaitKind::wait_group;
}

void fill_syscall_wait(const CapturedGoroutine& g, GoWait& wait) {
    if (g.thread == nullptr || g.thread->syscall < 0) return;
    wait.kind = GoWaitKind::syscall;
    wait.arch = g.thread->arch;
    wait.syscall = g.thread->syscall;
    std::ranges::copy(g.thread->args, wait.args);
    if (takes_descriptor(wait.arch, wait.syscall)) wait.fd = Fd{static_cast<std::int32_t>(wait.args[0])};
}

void fill_wait(const CapturedGoroutine& g, const RuntimeState& state, const UnwoundStack& stack, const PollUse* poll,
               Goroutine& goroutine) {
    GoWait& wait = goroutine.wait;
    if (g.status == g_syscall || g.status == g_running) return fill_syscall_wait(g, wait);
    if (!is_waiting(g.status)) return;
    const auto row = std::ranges::find(reasons, std::string_view(goroutine.wait_reason), &ReasonRow::reason);
    if (row == std::end(reasons)) return;
    wait.kind = row->kind;
    if (row->reason == "IO wait") {
        if (poll == nullptr) return;
        wait.kind = poll->writes ? GoWaitKind::fd_write : GoWaitKind::fd_read;
        wait.fd = poll->fd;
        if (poll->path != nullptr) wait.fd_path = *poll->path;
    } else if (row->kind == GoWaitKind::sleep) {
        const auto timer = state.timers.find(g.timer);
        const std::int64_t when = g.sleep_when != 0 ? g.sleep_when : timer != state.timers.end() ? timer->second : 0;
        if (when > 0) wait.until = Nanoseconds(when);
    } else if (row->kind == GoWaitKind::none || is_lock_or_wait_group(row->kind)) {
        fill_semaphore_wait(g, state, stack, wait);
    } else if (row->kind != GoWaitKind::cond) {
        fill_channel_wait(g, state, wait);
    }
}

/// Those who wait for the same object know of each other.
void fill_others(std::span<Goroutine> goroutines) {
    constexpr std::size_t most_others = 64;
    std::unordered_map<std::uint64_t, std::vector<GoroutineId>> waiters;
    const auto each_object = [](const Goroutine& goroutine, auto&& use) {
        if (goroutine.wait.object) use(goroutine.wait.object.value);
        for (const GoSelectCase& c : goroutine.wait.cases) use(c.channel.value);
    };
    for (const Goroutine& goroutine : goroutines) {
        each_object(goroutine, [&](std::uint64_t object) {
            std::vector<GoroutineId>& known = waiters[object];  // a select may have one channel in several of its cases
            if (known.size() <= most_others && (known.empty() || known.back() != goroutine.id)) known.push_back(goroutine.id);
        });
    }
    for (Goroutine& goroutine : goroutines) {
        std::vector<GoroutineId>& others = goroutine.wait.others;
        each_object(goroutine, [&](std::uint64_t object) {
            const std::size_t before = others.size();  // of other objects
            for (const GoroutineId other : waiters[object]) {
                if (other == goroutine.id || others.size() >= most_others) continue;
                const auto earlier = std::span(others).first(before);
                if (std::ranges::find(earlier, other) == earlier.end()) others.push_back(other);
            }
        });
    }
}

}  // namespace

void fill_waits(const RuntimeState& state, std::span<const PolledDescriptor> polled, std::span<const UnwoundStack> stacks,
                std::span<Goroutine> goroutines) {
    const auto users = poll_users(state, polled);
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (state.goroutines[i].changed) continue;
        const auto user = users.find(state.goroutines[i].address);
        fill_wait(state.goroutines[i], state, stacks[i], user == users.end() ? nullptr : &user->second, goroutines[i]);
    }
    fill_others(goroutines);
}

}  // namespace shimtrace::golang
