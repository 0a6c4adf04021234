// Copying the runtime's records out of a process: few reads of many ranges, each bounded, nothing believed.
#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_queued = 1 << 20;  // sudogs, of all goroutines together
constexpr std::size_t most_rounds = 1 << 12;  // of following a linked list: cases of one select, waiters of one lock
constexpr std::size_t chunk = 1 << 10;        // goroutines read together: keeps the time between the two looks at each short
constexpr std::uint64_t most_slots = 1 << 24;

bool plausible(std::uint64_t address) {
    return address != 0 && address % 8 == 0 && address < std::uint64_t{1} << 48;
}

CapturedGoroutine parse_goroutine(Bytes bytes, std::uint64_t address, const GoroutineLayout& layout) {
    CapturedGoroutine g;
    g.address = address;
    g.stack_low = word(bytes, GoroutineLayout::stack_low);
    g.stack_high = word(bytes, GoroutineLayout::stack_high);
    g.m = word(bytes, GoroutineLayout::m);
    g.sp = word(bytes, GoroutineLayout::sp);
    g.pc = word(bytes, GoroutineLayout::pc);
    g.link = word(bytes, layout.link());
    g.syscall_sp = word(bytes, layout.syscall_sp);
    g.syscall_pc = word(bytes, layout.syscall_pc);
    g.status = load<std::uint32_t>(bytes, layout.status).value_or(0) & ~0x1000U;
    g.id = word(bytes, layout.id);
    g.wait_since = static_cast<std::int64_t>(word(bytes, layout.wait_since));
    g.wait_reason = load<std::uint8_t>(bytes, layout.wait_reason).value_or(0);
    g.locked_m = word(bytes, layout.locked_m);
    g.parent = layout.parent_id != 0 ? word(bytes, layout.parent_id) : 0;
    g.go_pc = word(bytes, layout.go_pc);
    g.start_pc = word(bytes, layout.start_pc);
    g.waiting = is_waiting(g.status) ? word(bytes, layout.waiting) : 0;
    g.timer = word(bytes, layout.timer);
    g.labels = word(bytes, layout.labels);
    g.sleep_when = layout.sleep_when != 0 ? static_cast<std::int64_t>(word(bytes, layout.sleep_when)) : 0;
    return g;
}

bool lives(const CapturedGoroutine& g) {
    return g.status != g_dead && g.status != g_dead_extra && g.status != g_idle && g.id != 0;
}

class Capture {
public:
    Capture(const GoBinary& binary, const RuntimeLocation& location, const Memory& memory, std::span<const GoThread> threads,
            const ReadLimits& limits)
        : binary_(binary), location_(location), layout_(location.layout), memory_(memory), limits_(limits) {
        for (const GoThread& thread : threads) threads_.emplace(static_cast<std::uint64_t>(thread.inner_tid), &thread);
    }

    RuntimeState run(std::span<const PolledDescriptor> polled);

private:
    [[nodiscard]] std::vector<std::uint64_t> all_addresses();
    /// Reads those goroutines and their stacks; gives back those that changed meanwhile.
    [[nodiscard]] std::vector<std::uint64_t> read_goroutines(const std::vector<std::uint64_t>& addresses, bool last);
    void assign_threads(std::span<CapturedGoroutine> goroutines);
    void place_stack(CapturedGoroutine& g);
    void read_stacks(std::span<CapturedGoroutine> goroutines);
    void read_sudogs();
    void read_channels();
    void read_timers();
    void read_semaphores();
    void read_polls(std::span<const PolledDescriptor> polled);
    std::vector<std::pair<std::uint64_t, CapturedSudog>> fetch_sudogs(const std::vector<std::uint64_t>& addresses);

    const GoBinary& binary_;
    const RuntimeLocation& location_;
    const Layout& layout_;
    const Memory& memory_;
    std::unordered_map<std::uint64_t, const GoThread*> threads_;  ///< by m.procid
    const ReadLimits& limits_;
    RuntimeState state_;
    std::size_t stack_bytes_ = 0;
    std::unordered_set<std::uint64_t> known_;  ///< addresses of all g's
};

std::vector<std::uint64_t> Capture::all_addresses() {
    std::uint64_t header[2] = {};  // pointer, length
    if (memory_.read(RemoteAddress{location_.all_goroutines}, std::as_writable_bytes(std::span(header))) != sizeof(header)) {
        state_.incomplete = "the list of goroutines could not be read";
        return {};
    }
    state_.total = header[1];
    std::size_t count = std::min<std::uint64_t>(header[1], most_slots);
    if (count > limits_.max_goroutines) {
        count = limits_.max_goroutines;
        state_.incomplete = fmt::format("of {} goroutines only the first {} were read", header[1], count);
    }
    std::vector<std::uint64_t> addresses(count);
    const std::size_t got = memory_.read(RemoteAddress{header[0]}, std::as_writable_bytes(std::span(addresses)));
    if (got != count * 8) state_.incomplete = "the list of goroutines could not be read whole";
    addresses.resize(got / 8);
    std::erase_if(addresses, [&](std::uint64_t address) { return !plausible(address) || !known_.insert(address).second; });
    return addresses;
}

void Capture::assign_threads(std::span<CapturedGoroutine> goroutines) {
    std::vector<std::uint64_t> machines;
    std::vector<CapturedGoroutine*> of;
    for (CapturedGoroutine& g : goroutines) {
        if ((g.status != g_running && g.status != g_syscall) || !plausible(g.m)) continue;
        machines.push_back(g.m);
        of.push_back(&g);
    }
    const Records records(memory_, machines, layout_.m.current + std::size_t{8});
    for (std::size_t i = 0; i < of.size(); ++i) {
        if (records[i].empty() || word(records[i], layout_.m.current) != of[i]->address) continue;
        const std::uint64_t id = word(records[i], layout_.m.thread_id);
        const auto thread = threads_.find(id);
        if (thread != threads_.end()) of[i]->thread = thread->second;
    }
}

/// Decides where unwinding starts (runtime/traceback.go): the saved system call, the thread's registers, or the saved context.
void Capture::place_stack(CapturedGoroutine& g) {
    const auto on_stack = [&](std::uint64_t sp) { return sp >= g.stack_low && sp < g.stack_high; };
    if (g.syscall_sp != 0 && !is_waiting(g.status) && on_stack(g.syscall_sp)) {
        g.start_sp = g.syscall_sp;
        g.start_unwind_pc = g.syscall_pc;
        g.start_link = 0;
        g.in_syscall = true;
    } else if (g.status == g_running) {
        if (g.thread == nullptr || g.thread->sp == 0) return;  // on a CPU: its registers cannot be seen
        const bool here = on_stack(g.thread->sp) && binary_.code_offset(g.thread->pc - location_.bias);
        g.start_sp = here ? g.thread->sp : g.sp;  // else the thread is on its scheduler's or C's stack
        g.start_unwind_pc = here ? g.thread->pc : g.pc;
        g.start_link = here ? g.thread->link : g.link;
        g.exact_pc = here;
    } else {
        g.start_sp = g.sp;
        g.start_unwind_pc = g.pc;
        g.start_link = g.link;
    }
    if (!on_stack(g.start_sp)) g.start_sp = 0;
}

void Capture::read_stacks(std::span<CapturedGoroutine> goroutines) {
    std::size_t size = 0;
    std::vector<std::size_t> sizes;
    sizes.reserve(goroutines.size());
    for (CapturedGoroutine& g : goroutines) {
        place_stack(g);
        const std::uint64_t whole = g.start_sp == 0 ? 0 : g.stack_high - g.start_sp;
        const std::uint64_t room = std::min<std::uint64_t>(limits_.max_stack_bytes, limits_.max_total_stack_bytes - stack_bytes_ - size);
        g.cut = whole > room;
        sizes.push_back(static_cast<std::size_t>(std::min(whole, room)));
        size += sizes.back();
    }
    stack_bytes_ += size;
    std::span<std::byte> block(state_.stacks.emplace_back(std::make_unique_for_overwrite<std::byte[]>(size)).get(), size);
    std::vector<ReadRequest> requests;
    requests.reserve(goroutines.size());
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        requests.push_back({RemoteAddress{goroutines[i].start_sp}, block.first(sizes[i])});
        block = block.subspan(sizes[i]);
    }
    memory_.read(requests);
    for (std::size_t i = 0; i < goroutines.size(); ++i) goroutines[i].stack = requests[i].into.first(requests[i].got);
}

std::vector<std::uint64_t> Capture::read_goroutines(const std::vector<std::uint64_t>& addresses, bool last) {
    const Records before(memory_, addresses, layout_.g.size);
    std::vector<CapturedGoroutine> live;
    std::vector<std::size_t> source;
    live.reserve(addresses.size());
    source.reserve(addresses.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (before[i].empty()) continue;
        CapturedGoroutine g = parse_goroutine(before[i], addresses[i], layout_.g);
        if (!lives(g)) continue;
        live.push_back(g);
        source.push_back(i);
    }
    assign_threads(live);
    read_stacks(live);

    std::vector<std::uint64_t> read;
    for (const CapturedGoroutine& g : live) read.push_back(g.address);
    const Records after(memory_, read, layout_.g.size);
    std::vector<std::uint64_t> changed;
    for (std::size_t i = 0; i < live.size(); ++i) {
        const bool same = std::ranges::equal(before[source[i]], after[i]);
        if (!same && !last && live[i].status != g_running) {
            changed.push_back(live[i].address);
            continue;
        }
        live[i].changed = !same && live[i].status != g_running;
        state_.goroutines.push_back(live[i]);
    }
    return changed;
}

std::vector<std::pair<std::uint64_t, CapturedSudog>> Capture::fetch_sudogs(const std::vector<std::uint64_t>& addresses) {
    const Records records(memory_, addresses, layout_.sudog.size);
    std::vector<std::pair<std::uint64_t, CapturedSudog>> sudogs;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const Bytes bytes = records[i];
        if (bytes.empty()) continue;
        CapturedSudog sudog;
        sudog.address = addresses[i];
        sudog.goroutine = word(bytes, SudogLayout::goroutine);
        sudog.next = word(bytes, SudogLayout::next);
        sudog.previous = word(bytes, SudogLayout::previous);
        sudog.element = word(bytes, layout_.sudog.element);
        sudog.wait_link = word(bytes, layout_.sudog.wait_link);
        sudog.channel = word(bytes, layout_.sudog.channel);
        sudogs.emplace_back(addresses[i], sudog);
    }
    return sudogs;
}

/// g.waiting and on along waitlink: one for a channel, one for each case of a select.
void Capture::read_sudogs() {
    std::vector<std::uint64_t> next;
    for (const CapturedGoroutine& g : state_.goroutines) {
        if (plausible(g.waiting) && !g.changed) next.push_back(g.waiting);
    }
    for (std::size_t round = 0; round < most_rounds && !next.empty() && state_.sudogs.size() < most_queued; ++round) {
        std::vector<std::uint64_t> following;
        for (auto& [address, sudog] : fetch_sudogs(next)) {
            if (!known_.contains(sudog.goroutine) || !state_.sudogs.emplace(address, sudog).second) continue;
            if (plausible(sudog.wait_link)) following.push_back(sudog.wait_link);
        }
        next = std::move(following);
    }
}

/// The channels of those sudogs; then each channel's queue of senders, to tell sends from receives.
void Capture::read_channels() {
    std::vector<std::uint64_t> addresses;
    for (const auto& [address, sudog] : state_.sudogs) {
        if (plausible(sudog.channel) && state_.channels.try_emplace(sudog.channel).second) addresses.push_back(sudog.channel);
    }
    const Records records(memory_, addresses, layout_.channel.senders + std::size_t{8});
    std::vector<std::uint64_t> senders;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (records[i].empty()) {
            state_.channels.erase(addresses[i]);
            continue;
        }
        CapturedChannel& channel = state_.channels[addresses[i]];
        channel.length = word(records[i], ChannelLayout::length);
        channel.capacity = word(records[i], ChannelLayout::capacity);
        channel.receivers = word(records[i], layout_.channel.receivers);
        channel.senders = word(records[i], layout_.channel.senders);
        if (channel.senders != 0) senders.push_back(channel.senders);
    }
    for (std::uint64_t address : senders) {
        // The queue is linked by next; those whose goroutine is no longer waiting are not in sudogs and end the walk.
        for (auto sudog = state_.sudogs.find(address); sudog != state_.sudogs.end() && !sudog->second.sends;
             sudog = state_.sudogs.find(sudog->second.next)) {
            sudog->second.sends = true;
        }
    }
}

void Capture::read_timers() {
    if (layout_.g.sleep_when != 0) return;
    std::vector<std::uint64_t> addresses;
    for (const CapturedGoroutine& g : state_.goroutines) {
        if (is_waiting(g.status) && plausible(g.timer)) addresses.push_back(g.timer);
    }
    const Records records(memory_, addresses, layout_.timer_when + std::size_t{8});
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (!records[i].empty()) state_.timers.emplace(addresses[i], static_cast<std::int64_t>(word(records[i], layout_.timer_when)));
    }
}

/// runtime.semtable: a treap of addresses under each root, and a list of waiters under each address.
void Capture::read_semaphores() {
    if (location_.semaphore_table == 0) return;
    const SemaphoreTable layout = semaphore_table_of(binary_.image.arch());
    std::vector<std::byte> table(layout.size());
    if (memory_.read(RemoteAddress{location_.semaphore_table}, table) != table.size()) return;
    std::vector<std::uint64_t> next;
    for (std::size_t root = 0; root < SemaphoreTable::roots; ++root) {
        const std::uint64_t treap = word(table, root * layout.root_size + SemaphoreTable::treap);
        if (plausible(treap)) next.push_back(treap);
    }
    std::unordered_set<std::uint64_t> seen(next.begin(), next.end());
    for (std::size_t round = 0; round < most_rounds && !next.empty() && seen.size() < most_queued; ++round) {
        std::vector<std::uint64_t> following;
        for (const auto& [address, sudog] : fetch_sudogs(next)) {
            if (!known_.contains(sudog.goroutine)) continue;
            state_.semaphores[sudog.goroutine] = sudog.element;
            for (const std::uint64_t link : {sudog.next, sudog.previous, sudog.wait_link}) {
                if (plausible(link) && seen.insert(link).second) following.push_back(link);
            }
        }
        next = std::move(following);
    }
}

/// What epoll_event.data of the runtime's netpoller holds: a pollDesc's address, plain (to Go 1.20) or tagged (runtime/tagptr_64bit.go:
/// 19 bits of tag and alignment 8 to Go 1.24, 24 bits and alignment 512 since). The one that names the right descriptor is it.
void Capture::read_polls(std::span<const PolledDescriptor> polled) {
    struct Guess {
        std::size_t row;
        std::uint64_t address;
    };
    std::vector<Guess> guesses;
    std::vector<std::uint64_t> addresses;
    for (std::size_t row = 0; row < polled.size(); ++row) {
        const auto tagged = static_cast<std::int64_t>(polled[row].data);
        for (const std::uint64_t address :
             {polled[row].data, static_cast<std::uint64_t>(tagged >> 19) << 3, static_cast<std::uint64_t>(tagged >> 24) << 9}) {
            if (!plausible(address)) continue;
            guesses.push_back({row, address});
            addresses.push_back(address);
        }
    }
    const Records records(memory_, addresses, layout_.poll.writer + std::size_t{8});
    for (std::size_t i = 0; i < guesses.size(); ++i) {
        const Fd fd = polled[guesses[i].row].fd;
        if (records[i].empty() || word(records[i], PollLayout::fd) != static_cast<std::uint64_t>(static_cast<std::int64_t>(fd.value)))
            continue;
        const std::uint64_t reader = word(records[i], layout_.poll.reader), writer = word(records[i], layout_.poll.writer);
        state_.polls.push_back({fd, known_.contains(reader) ? reader : 0, known_.contains(writer) ? writer : 0});
    }
}

RuntimeState Capture::run(std::span<const PolledDescriptor> polled) {
    const std::vector<std::uint64_t> addresses = all_addresses();
    state_.goroutines.reserve(addresses.size());
    bool retried = false;
    for (std::size_t begin = 0; begin < addresses.size(); begin += chunk) {
        const auto part = std::span(addresses).subspan(begin, std::min(chunk, addresses.size() - begin));
        std::vector<std::uint64_t> pending(part.begin(), part.end());
        for (int attempt = 0; attempt <= limits_.retries && !pending.empty(); ++attempt) {
            pending = read_goroutines(pending, attempt == limits_.retries);
            retried = retried || !pending.empty();
        }
    }
    if (retried) {
        std::unordered_map<std::uint64_t, std::size_t> order;
        for (std::size_t i = 0; i < addresses.size(); ++i) order.emplace(addresses[i], i);
        // Their places are sorted, not they: each is some 250 bytes.
        std::vector<std::pair<std::size_t, std::size_t>> places;
        places.reserve(state_.goroutines.size());
        for (std::size_t i = 0; i < state_.goroutines.size(); ++i) places.emplace_back(order[state_.goroutines[i].address], i);
        std::ranges::sort(places);
        std::vector<CapturedGoroutine> sorted;
        sorted.reserve(places.size());
        for (const auto& [place, i] : places) sorted.push_back(state_.goroutines[i]);
        state_.goroutines = std::move(sorted);
    }

    if (!location_.objects_known) return std::move(state_);
    read_polls(polled);
    read_sudogs();
    read_channels();
    read_semaphores();
    read_timers();
    return std::move(state_);
}

}  // namespace

RuntimeState capture_runtime(const GoBinary& binary, const RuntimeLocation& location, const Memory& memory,
                             std::span<const GoThread> threads, std::span<const PolledDescriptor> polled, const ReadLimits& limits) {
    return Capture(binary, location, memory, threads, limits).run(polled);
}

}  // namespace shimtrace::golang
