// Finding allgs and the structs' layout in a process, and checking both before they are believed.
#include "decoders/golang/go_runtime.hpp"
#include "decoders/golang/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace shimtrace::golang {
namespace {

constexpr std::uint64_t most_goroutine_slots = 1 << 24;  // of allgs
constexpr std::size_t sampled = 64;                      // goroutines that the checks look at
constexpr std::size_t sample_bytes = 480;                // of each: the longest layout

std::vector<std::uint64_t> first_goroutines(const Memory& memory, std::uint64_t slice_address) {
    std::array<std::uint64_t, 3> slice{};
    if (memory.read(RemoteAddress{slice_address}, std::as_writable_bytes(std::span(slice))) != sizeof slice) return {};
    const auto [pointer, length, capacity] = slice;
    if (length == 0 || length > capacity || capacity > most_goroutine_slots || pointer % 8 != 0) return {};
    std::vector<std::uint64_t> goroutines(std::min<std::uint64_t>(length, sampled));
    const std::size_t bytes = goroutines.size() * 8;
    if (memory.read(RemoteAddress{pointer}, std::as_writable_bytes(std::span(goroutines))) != bytes) return {};
    return goroutines;
}

bool known_status(std::uint32_t status) {
    return status <= g_dead_extra && status != 5 && status != 7;
}
bool is_dead(std::uint32_t status) {
    return status == g_dead || status == g_idle || status == g_dead_extra;
}

/// allgs holds pointers to g, and a live g's sched.g is itself.
bool are_goroutines(const Records& records, std::span<const std::uint64_t> addresses) {
    std::set<std::uint64_t> seen;
    bool any = false;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const Bytes g = records[i];
        if (addresses[i] == 0 || addresses[i] % 8 != 0 || !seen.insert(addresses[i]).second || g.empty()) return false;
        const std::uint64_t low = word(g, GoroutineLayout::stack_low), high = word(g, GoroutineLayout::stack_high),
                            self = word(g, GoroutineLayout::self);
        if (low > high || (self != 0 && self != addresses[i])) return false;
        any = any || (self == addresses[i] && low < high);
    }
    return any;
}

bool is_function_entry(const GoBinary& binary, std::uint64_t pc) {
    const auto offset = binary.code_offset(pc);
    const auto function = offset ? binary.lines.find(*offset) : std::nullopt;
    return function && function->entry == *offset;
}

/// What must hold of live goroutines under a layout: known states, distinct ids, a start function.
bool fits(const GoBinary& binary, std::uint64_t bias, const Records& records, const GoroutineLayout& g, bool check_start = true) {
    std::set<std::uint64_t> ids;
    std::size_t live = 0, started = 0;
    for (std::size_t i = 0; i < records.count(); ++i) {
        const std::uint32_t status = load<std::uint32_t>(records[i], g.status).value_or(~0U) & ~0x1000U;
        if (!known_status(status)) return false;
        if (is_dead(status) || word(records[i], GoroutineLayout::self) == 0) continue;
        ++live;
        const std::uint64_t id = word(records[i], g.id);
        if (id == 0 || id >> 48 != 0 || !ids.insert(id).second) return false;
        started += is_function_entry(binary, word(records[i], g.start_pc) - bias) ? 1 : 0;
    }
    return live > 0 && (!check_start || started + 1 >= live);
}

/// The layout of an unknown version, from what held in all known ones: distances between g's fields.
std::optional<GoroutineLayout> derive(const GoBinary& binary, std::uint64_t bias, const Records& records) {
    for (const auto& [status, id] : {std::pair{144, 152}, std::pair{152, 160}}) {
        for (int start = 200; start <= 400; start += 8) {
            GoroutineLayout g = layouts().back().g;
            const auto at = [](int offset) { return static_cast<std::uint16_t>(offset); };
            g.status = at(status);
            g.id = at(id);
            g.wait_since = at(id + 16);
            g.wait_reason = at(id + 24);
            g.start_pc = at(start);
            g.go_pc = at(start - 16);
            g.parent_id = at(start - 24);
            g.waiting = at(start + 16);
            g.labels = at(start + 48);
            g.timer = at(start + 56);
            g.sleep_when = at(start + 64);
            g.size = sample_bytes;
            if (fits(binary, bias, records, g)) return g;
        }
    }
    return std::nullopt;
}

bool choose_layout(const GoBinary& binary, const Records& records, RuntimeLocation& location) {
    const bool known = binary.minor >= oldest_minor && binary.minor <= newest_minor;
    const Layout& expected = layout_of(binary.minor == 0 ? newest_minor : binary.minor);
    location.derived = !known;
    location.layout = expected;
    if (fits(binary, location.bias, records, expected.g)) return true;
    location.derived = true;
    for (auto row = layouts().rbegin(); row != layouts().rend(); ++row) {
        location.layout = *row;
        if (fits(binary, location.bias, records, row->g)) return true;
    }
    const auto derived = derive(binary, location.bias, records);
    if (!derived) return false;
    location.layout = layouts().back();
    location.layout.g = *derived;
    location.objects_known = false;
    return true;
}

/// Each root is {lock, treap, nwait} and zeros up to the cache line.
bool is_semaphore_table(const SemaphoreTable& layout, std::span<const std::uint64_t> table) {
    constexpr std::size_t treap = SemaphoreTable::treap / 8, waiters = SemaphoreTable::waiters / 8;
    for (; !table.empty(); table = table.subspan(layout.root_size / 8)) {
        const auto root = table.first(layout.root_size / 8);
        if (root[treap] % 8 != 0 || root[waiters] >> 32 != 0) return false;
        if (std::ranges::any_of(root.subspan(waiters + 1), [](std::uint64_t word) { return word != 0; })) return false;
    }
    return true;
}

std::uint64_t find_semaphore_table(const GoBinary& binary, const Memory& memory, std::uint64_t bias) {
    std::uint64_t found = 0;
    const SemaphoreTable layout = semaphore_table_of(binary.image.arch());
    std::vector<std::uint64_t> table(layout.size() / 8);
    for (std::size_t i = 0; i < binary.semaphore_tables.size() && i < sampled; ++i) {
        const std::uint64_t address = binary.semaphore_tables[i] + bias;
        if (memory.read(RemoteAddress{address}, std::as_writable_bytes(std::span(table))) != layout.size()) continue;
        if (!is_semaphore_table(layout, table)) continue;
        const bool used = std::ranges::any_of(table, [](std::uint64_t word) { return word != 0; });
        if (used) return address;
        if (found == 0) found = address;
    }
    return found;
}

}  // namespace

Result<RuntimeLocation> locate_runtime(const GoBinary& binary, const Memory& memory, std::uint64_t load_bias) {
    RuntimeLocation location;
    location.bias = load_bias;
    const auto table = memory.value<std::uint64_t>(RemoteAddress{binary.module + load_bias});
    if (table != binary.line_table + load_bias) {
        return fail("read a Go program's moduledata", 0, "its memory does not match its executable: it may just be starting");
    }
    for (const std::uint64_t candidate : binary.all_goroutines) {
        const std::vector<std::uint64_t> goroutines = first_goroutines(memory, candidate + load_bias);
        if (goroutines.empty()) continue;
        const Records records(memory, goroutines, sample_bytes);
        if (!are_goroutines(records, goroutines)) continue;
        location.all_goroutines = candidate + load_bias;
        if (!choose_layout(binary, records, location)) continue;
        location.semaphore_table = find_semaphore_table(binary, memory, load_bias);
        return location;
    }
    return fail(fmt::format("find the goroutines of a program built by {}", binary.version.empty() ? "an unknown Go" : binary.version), 0,
                "it may just be starting, or its runtime is not one that is known");
}

}  // namespace shimtrace::golang
