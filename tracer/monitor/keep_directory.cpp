#include "tracer/monitor/keep_directory.hpp"

#include "tracer/procfs/whole_file.hpp"
#include "tracer/session/saved_snapshot.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>
#include <vector>

namespace shimtrace::monitor {

namespace {

constexpr std::string_view snapshot_suffix = ".shimtrace", recording_suffix = ".strec", state_name = "monitor-state.json";
constexpr std::size_t longest_state = std::size_t{16} << 20;

/// A file may say any second: the last that can be told stands for what is later.
std::int64_t nanoseconds_of(const timespec& time) {
    std::int64_t sum = 0;
    const bool is_told = !__builtin_mul_overflow(time.tv_sec, 1'000'000'000, &sum) && !__builtin_add_overflow(sum, time.tv_nsec, &sum);
    return is_told ? sum : time.tv_sec < 0 ? INT64_MIN : INT64_MAX;
}

struct KeptFile {
    std::int64_t modified_ns = 0;
    std::string name, kind;
    std::uint64_t bytes = 0, inode = 0;  ///< one file may be kept under several names
};

bool is_kept(std::string_view name) {
    return !name.starts_with('.') && (name.ends_with(snapshot_suffix) || name.ends_with(recording_suffix));
}

/// The cause and the suffix: what lies between is the hang's id.
std::string kind_of(std::string_view name) {
    return fmt::format("{}{}", name.substr(0, name.rfind('-')), name.substr(name.rfind('.')));
}

/// The oldest first.
std::vector<KeptFile> kept_files(const std::string& directory) {
    std::vector<KeptFile> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        const std::string name = entry.path().filename();
        struct stat status {};
        if (!is_kept(name) || ::lstat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        files.push_back(
            {nanoseconds_of(status.st_mtim), name, kind_of(name), static_cast<std::uint64_t>(status.st_blocks) * 512, status.st_ino});
    }
    std::ranges::sort(files, {}, [](const KeptFile& file) { return std::tie(file.modified_ns, file.name); });
    return files;
}

Result<void> sync(const std::string& path, int flags) {
    const host::OwnedFd file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
    if (!file || ::fsync(file.get()) != 0) return fail("write " + path, errno);
    return {};
}

/// What is kept later is never older than what was kept before, whatever the wall clock does: by their times the first to go are chosen.
void make_newest(const std::string& path, const std::string& directory) {
    struct stat status {};
    const std::vector<KeptFile> files = kept_files(directory);
    if (files.empty() || ::lstat(path.c_str(), &status) != 0) return;
    const std::int64_t last = files.back().modified_ns;
    const bool is_one = std::ranges::find(files, status.st_ino, &KeptFile::inode) != files.end();
    if (is_one || nanoseconds_of(status.st_mtim) > last || last == INT64_MAX) return;
    const timespec next{.tv_sec = (last + 1) / 1'000'000'000, .tv_nsec = (last + 1) % 1'000'000'000};
    const timespec times[] = {next, next};
    ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

}  // namespace

Result<KeepDirectory> KeepDirectory::open(const std::string& path, std::uint64_t most_bytes) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail("make " + path, errno);
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return fail("keep snapshots in " + path, errno);
    if (!S_ISDIR(status.st_mode)) return fail("keep snapshots in " + path, ENOTDIR);
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return fail("keep snapshots in " + path, 0, "it is another user's, who could put anything there");
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return fail("keep snapshots in " + path, 0, "others may write to it: chmod go-w " + path);
    if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) return fail("keep snapshots in " + path, errno);
    host::OwnedFd lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock) return fail("keep snapshots in " + path, errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return fail("keep snapshots in " + path, 0, "another monitor keeps its own there");
        return fail("hold " + path + " against other monitors", errno);
    }
    std::error_code error;  // what an earlier monitor had not finished
    std::vector<std::filesystem::path> unfinished;
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
        if (entry.path().filename().string().starts_with(".unfinished-")) unfinished.push_back(entry.path());
    for (const auto& file : unfinished) std::filesystem::remove(file, error);
    return KeepDirectory(path, most_bytes, std::move(lock));
}

std::string KeepDirectory::snapshot_name(std::string_view cause, std::string_view id) {
    return fmt::format("{}-{}{}", cause, id, snapshot_suffix);
}

std::string KeepDirectory::recording_name(std::string_view cause, std::string_view id) {
    return fmt::format("{}-{}{}", cause, id, recording_suffix);
}

std::string KeepDirectory::unfinished(const std::string& name) const {
    return path_of(".unfinished-" + name);
}

void KeepDirectory::discard(const std::string& name) const {
    ::unlink(unfinished(name).c_str());
}

Result<void> KeepDirectory::publish(const std::string& name) const {
    const std::string temporary = unfinished(name);
    if (is_kept(name)) make_newest(temporary, path_);
    if (auto synced = sync(temporary, O_RDONLY); !synced) return synced;
    if (::rename(temporary.c_str(), path_of(name).c_str()) != 0) return fail("write " + path_of(name), errno);
    return sync(path_, O_RDONLY | O_DIRECTORY);
}

Result<void> KeepDirectory::keep_snapshot(const std::string& name, const Snapshot& snapshot) {
    make_room();
    auto kept = session::save_snapshot(unfinished(name), snapshot, true);
    if (kept) kept = publish(name);
    if (!kept) discard(name);
    make_room();
    return kept;
}

Result<void> KeepDirectory::keep_same(const std::string& name, const std::string& kept) {
    discard(name);
    if (::link(path_of(kept).c_str(), unfinished(name).c_str()) != 0) return fail("write " + path_of(name), errno);
    return keep_finished(name);
}

Result<void> KeepDirectory::keep_finished(const std::string& name) {
    auto kept = publish(name);
    if (!kept) discard(name);
    make_room();
    return kept;
}

Result<void> KeepDirectory::write_state(const std::string& text) const {
    const std::string name(state_name), temporary = unfinished(name);
    {
        const host::OwnedFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!file) return fail("write " + temporary, errno);
        if (const int error = host::write_whole(file.get(), text); error != 0) {
            discard(name);
            return fail("write " + temporary, error);
        }
    }
    auto kept = publish(name);
    if (!kept) discard(name);
    return kept;
}

Result<std::optional<std::string>> KeepDirectory::read_state() const {
    const std::string path = path_of(std::string(state_name));
    const host::OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file && errno == ENOENT) return std::nullopt;
    if (!file) return fail("read " + path, errno);
    auto text = host::read_whole(file.get(), longest_state);
    if (!text) return fail("read " + path, text.error());
    return std::move(*text);
}

bool KeepDirectory::holds(const std::string& name) const {
    struct stat status {};
    return !name.empty() && name.find('/') == name.npos && ::lstat(path_of(name).c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

KeepDirectory::Usage KeepDirectory::usage() const {
    Usage usage;
    std::set<std::uint64_t> counted;
    for (const KeptFile& file : kept_files(path_)) {
        if (counted.insert(file.inode).second) usage.bytes += file.bytes;
        ++usage.files;
    }
    return usage;
}

void KeepDirectory::make_room() const {
    std::uint64_t bytes = 0;
    std::map<std::string, std::size_t> of_kind;
    std::map<std::uint64_t, std::size_t> names;  // by inode
    const std::vector<KeptFile> files = kept_files(path_);
    for (const KeptFile& file : files) {
        if (++names[file.inode] == 1) bytes += file.bytes;
        ++of_kind[file.kind];
    }
    for (const KeptFile& file : files) {
        if (bytes <= most_bytes_) return;
        if (of_kind[file.kind] == 1 || ::unlink(path_of(file.name).c_str()) != 0) continue;
        --of_kind[file.kind];
        if (--names[file.inode] == 0) bytes -= file.bytes;
    }
}

}  // namespace shimtrace::monitor
