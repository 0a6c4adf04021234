#include "tracer/procfs/cgroups.hpp"

#include "tracer/procfs/clock.hpp"
#include "tracer/procfs/proc_text.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

namespace shimtrace::host {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t end = text.find_last_not_of(" \n\t");
    return end == std::string_view::npos ? std::string_view{} : text.substr(0, end + 1);
}

std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

/// The files of one cgroup in one hierarchy; empty answers where it does not exist.
class CgroupFiles {
public:
    CgroupFiles(const std::string& root, const std::string& path, std::string& scratch) : scratch_(scratch) {
        if (root.empty()) return;
        if (auto opened = ProcDirectory::open((root + path).c_str())) directory_ = std::move(*opened);
    }
    [[nodiscard]] std::string_view text(const char* name) const {
        if (!directory_) return {};
        const auto found = directory_->read(name, scratch_);
        return found ? trimmed(*found) : std::string_view{};
    }
    [[nodiscard]] std::optional<std::uint64_t> number(const char* name) const { return to_number(text(name)); }
    /// A limit; "max", and v1's "so much that it is none", are nullopt.
    [[nodiscard]] std::optional<std::uint64_t> limit(const char* name) const {
        const auto value = number(name);
        return value && *value < std::uint64_t{1} << 62 ? value : std::nullopt;
    }
    /// Calls `each(key, value)` for the lines "key value" of a file.
    template <typename Each>
    void rows(const char* name, Each each) const {
        std::string_view rest = text(name);
        while (!rest.empty()) {
            const std::string_view line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
            const std::size_t blank = line.find(' ');
            if (blank != std::string_view::npos) each(line.substr(0, blank), to_number(line.substr(blank + 1)).value_or(0));
        }
    }

private:
    std::string& scratch_;
    std::optional<ProcDirectory> directory_;
};

/// v1 tells nanoseconds, v2 microseconds. A cgroup without a quota has no periods.
void read_throttling(const CgroupFiles& files, Cgroup& group) {
    CpuThrottling seen{.at = monotonic_now()};
    files.rows("cpu.stat", [&](std::string_view key, std::uint64_t value) {
        if (key == "nr_periods")
            seen.periods = value;
        else if (key == "nr_throttled")
            seen.throttled_periods = value;
        else if (key == "throttled_usec")
            seen.throttled = std::chrono::microseconds(value);
        else if (key == "throttled_time")
            seen.throttled = Nanoseconds(value);
    });
    if (seen.periods != 0) group.throttling = seen;
}

std::optional<std::uint64_t> pressure(const CgroupFiles& files, const char* name) {
    return parse_pressure(files.text(name));
}

void read_v1(const CgroupRoots& roots, Cgroup& group, std::string& scratch) {
    const CgroupFiles freezer(roots.freezer, group.path, scratch);
    group.freezer_state = freezer.text("freezer.state");
    group.self_freezing = freezer.number("freezer.self_freezing").value_or(0) != 0;
    const CgroupFiles memory(roots.memory, group.path, scratch);
    group.memory_current = memory.number("memory.usage_in_bytes").value_or(0);
    group.memory_max = memory.limit("memory.limit_in_bytes");
    if (group.memory_max) group.memory_limit_hits = memory.number("memory.failcnt");
    memory.rows("memory.oom_control", [&](std::string_view key, std::uint64_t value) {
        if (key == "under_oom")
            group.under_oom = value != 0;
        else if (key == "oom_kill_disable")
            group.oom_kill_disabled = value != 0;
        else if (key == "oom_kill")
            group.oom_kill_events = value;
    });
    const CgroupFiles pids(roots.pids, group.path, scratch);
    group.pids_current = pids.number("pids.current");
    group.pids_max = pids.limit("pids.max");
    read_throttling(CgroupFiles(roots.cpu, group.path, scratch), group);
}

void read_v2(const CgroupRoots& roots, Cgroup& group, std::string& scratch) {
    const CgroupFiles files(roots.freezer, group.path, scratch);
    group.self_freezing = files.number("cgroup.freeze").value_or(0) != 0;
    bool frozen = false;
    files.rows("cgroup.events", [&](std::string_view key, std::uint64_t value) {
        if (key == "frozen") frozen = value != 0;
    });
    group.freezer_state = frozen ? "FROZEN" : group.self_freezing ? "FREEZING" : "THAWED";
    group.memory_current = files.number("memory.current").value_or(0);
    group.memory_high = files.limit("memory.high");
    group.memory_max = files.limit("memory.max");
    std::uint64_t hits = 0;
    files.rows("memory.events", [&](std::string_view key, std::uint64_t value) {
        if (key == "high" || key == "max") hits += value;
        if (key == "high")
            group.memory_high_events = value;
        else if (key == "oom")
            group.oom_events = value;
        else if (key == "oom_kill")
            group.oom_kill_events = value;
    });
    if (group.memory_high || group.memory_max) group.memory_limit_hits = hits;
    group.pids_current = files.number("pids.current");
    group.pids_max = files.limit("pids.max");
    read_throttling(files, group);
    group.cpu_pressure = pressure(files, "cpu.pressure");
    group.memory_pressure = pressure(files, "memory.pressure");
    group.io_pressure = pressure(files, "io.pressure");
}

/// Where runc, crun and containerd look which version there is (opencontainers/cgroups: IsCgroup2UnifiedMode), whatever else is mounted.
constexpr std::string_view place_of_cgroups = "/sys/fs/cgroup";

std::string parent_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

}  // namespace

CgroupRoots find_cgroup_roots(const std::vector<Mount>& mounts) {
    CgroupRoots roots;
    std::string unified;
    bool runtimes_use_unified = false;
    for (const Mount& mount : mounts) {
        // What a container is given is its own part of the tree, where paths from the top lead nowhere.
        if (!mount.root.empty() && mount.root != "/") continue;
        if (mount.type == "cgroup2" && unified.empty()) unified = mount.mount_point;
        if (mount.type == "cgroup2" && mount.mount_point.ends_with(place_of_cgroups)) {
            unified = mount.mount_point;
            runtimes_use_unified = true;
        }
        if (mount.type != "cgroup") continue;
        const auto has = [&](std::string_view controller) {
            const std::string options = "," + mount.options + ",";
            return options.find("," + std::string(controller) + ",") != std::string::npos;
        };
        if (has("freezer") && roots.freezer.empty()) roots.freezer = mount.mount_point;
        if (has("memory") && roots.memory.empty()) roots.memory = mount.mount_point;
        if (has("pids") && roots.pids.empty()) roots.pids = mount.mount_point;
        if (has("cpu") && roots.cpu.empty()) roots.cpu = mount.mount_point;
    }
    if (!runtimes_use_unified && (!roots.freezer.empty() || !roots.memory.empty() || !roots.pids.empty())) return roots;
    return {unified, unified, unified, true, unified};
}

std::vector<Cgroup> read_cgroups(const CgroupRoots& roots, const std::vector<std::string>& paths, std::string& scratch) {
    std::map<std::string, Cgroup> groups;
    for (std::string path : paths) {
        // A path that leaves our cgroup namespace ("/../x") is not below the mount that we see.
        if (path.find("/..") != std::string::npos) continue;
        for (; path.size() > 1 && !groups.contains(path); path = parent_of(path)) {
            Cgroup& group = groups[path];
            group.path = path;
            group.v2 = roots.v2;
            (roots.v2 ? read_v2 : read_v1)(roots, group, scratch);
        }
    }
    std::vector<Cgroup> found;
    for (auto& [path, group] : groups) {
        // Ascending by path: an ancestor's own answer is there already.
        if (group.self_freezing)
            group.frozen_by = path;
        else if (const auto parent = groups.find(parent_of(path)); parent != groups.end())
            group.frozen_by = parent->second.frozen_by;
        if (roots.v2 && group.freezer_state == "THAWED" && !group.frozen_by.empty()) group.freezer_state = "FREEZING";
    }
    for (auto& [path, group] : groups) found.push_back(std::move(group));
    return found;
}

}  // namespace shimtrace::host
