#include "tracer/containerd/versions.hpp"

#include "tracer/procfs/foreign_file.hpp"
#include "tracer/procfs/proc_text.hpp"
#include "tracer/procfs/program_output.hpp"
#include "tracer/threads/in_parallel.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace shimtrace::containerd {

namespace {

bool is_plain(std::string_view word) {
    return word.size() <= 100 && std::ranges::all_of(word, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string containerd_version_in(std::string_view text) {
    return text.starts_with("containerd ") ? version_in(text) : std::string();
}

/// k3s and its like are one program for all: what says another name has another version.
std::string runc_version_in(std::string_view text) {
    return text.starts_with("runc version ") ? version_in(text) : std::string();
}

struct AskedRow {
    ProcessRole role;
    const char* option;
    std::string (*version)(std::string_view);
};
constexpr auto asked = std::to_array<AskedRow>({{ProcessRole::containerd, "--version", containerd_version_in},
                                                {ProcessRole::shim, "-v", shim_version_in},
                                                {ProcessRole::runtime, "--version", runc_version_in}});

/// The process is still the one that the snapshot has.
bool is_still(const Process& process) {
    const auto proc = host::ProcDirectory::open();
    const auto directory = proc ? proc->directory(process.pid.value) : host::OrErrno<host::ProcDirectory>(std::unexpected(proc.error()));
    if (!directory) return false;
    std::string scratch;
    const auto text = directory->read("stat", scratch);
    const auto stat = text ? host::parse_stat(*text) : std::nullopt;
    return stat && stat->start_time == process.start_time;
}

}  // namespace

std::string version_in(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    if (std::ranges::count(text, ' ') < 2) return {};
    // containerd names its package and then the version, runc has the word `version` between.
    for (int word = 0; word < 2; ++word) text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
    text = text.substr(0, text.find(' '));
    return is_plain(text) ? std::string(text) : std::string();
}

std::string shim_version_in(std::string_view text) {
    constexpr std::string_view key = "Version:";
    // The first line is what it was started as: "containerd-shim-runc-v2:", "7:".
    const std::size_t line = text.find(":\n");
    if (line == std::string_view::npos || line > text.find('\n')) return {};
    text.remove_prefix(line + 2);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (!text.starts_with(key)) return {};
    text.remove_prefix(key.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    text = text.substr(0, text.find_first_of(" \n"));
    return is_plain(text) ? std::string(text) : std::string();
}

std::string running_version(const Process& process) {
    const auto row = std::ranges::find(asked, process.role.role, &AskedRow::role);
    if (row == asked.end() || process.uid != 0 || process.foreign_root) return {};
    host::AnsweringMounts mounts;
    const auto file = host::open_foreign(process.pid, {.path = "/proc/" + std::to_string(process.pid.value) + "/exe"}, mounts);
    constexpr mode_t written_by_others = S_IWGRP | S_IWOTH;
    if (!file || file->status.st_uid != 0 || (file->status.st_mode & written_by_others) != 0 || !is_still(process)) return {};
    const auto text = host::program_output({"/proc/self/fd/" + std::to_string(file->fd.get()), row->option}, std::chrono::seconds(1));
    return text ? row->version(*text) : std::string();
}

Versions installed_versions() {
    const auto ask = [](const char* program) {
        const auto text = host::program_output({program, "--version"}, std::chrono::seconds(1));
        return text ? version_in(*text) : std::string();
    };
    Versions versions;
    // Each takes its time to start.
    in_parallel(2, 1, [&](std::size_t at) { (at == 0 ? versions.containerd : versions.runc) = ask(at == 0 ? "containerd" : "runc"); });
    return versions;
}

HostInfo with_versions(HostInfo host, const Versions& versions) {
    host.containerd_version = versions.containerd;
    host.runc_version = versions.runc;
    return host;
}

void SessionVersions::tell(HostInfo& host) {
    std::call_once(asked_, [this] { versions_ = installed_versions(); });
    host = with_versions(std::move(host), versions_);
}

}  // namespace shimtrace::containerd
