#include "tracer/cli/output_file.hpp"

#include "tracer/cli/command.hpp"
#include "tracer/output/threaded_writer.hpp"
#include "tracer/procfs/whole_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <unordered_map>
#include <utility>

namespace shimtrace::cli {

namespace {

bool is_same_file(const std::string& a, const std::string& b) {
    struct stat of_a {};
    struct stat of_b {};
    return !a.empty() && !b.empty() && ::stat(a.c_str(), &of_a) == 0 && ::stat(b.c_str(), &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
           of_a.st_ino == of_b.st_ino && S_ISREG(of_a.st_mode);
}

class FileWriter : public output::LineWriter {
public:
    FileWriter(int fd, bool owned, pid_t command, std::string name, OutputEnded ended)
        : fd_(fd), owned_(owned), command_(command), name_(std::move(name)), ended_(std::move(ended)) {}
    ~FileWriter() override {
        FileWriter::flush();
        if (owned_) ::close(fd_);
        if (command_ > 0) ::waitpid(command_, nullptr, 0);
    }

    void write(Tid, std::string_view text) override {
        held_ += text;
        constexpr std::size_t enough = 64 * 1024;
        if (held_.size() >= enough) flush();
    }
    void flush() override {
        const int error = failed_ ? 0 : host::write_whole(fd_, held_);
        held_.clear();
        if (error == 0) return;
        failed_ = true;
        const bool unread = error == EPIPE;
        if (!unread) report({name_.empty() ? "write the output" : name_, error}, exit_failed);
        ended_(!unread);
    }

private:
    int fd_;
    bool owned_;
    pid_t command_;
    std::string name_;  ///< empty: it has none
    OutputEnded ended_;
    std::string held_;
    bool failed_ = false;
};

class SeparateWriter : public output::LineWriter {
public:
    SeparateWriter(OutputPlace place, OutputEnded ended) : place_(std::move(place)), ended_(std::move(ended)) {}

    void write(Tid tid, std::string_view text) override {
        auto found = files_.find(tid);
        if (found == files_.end()) {
            const std::string name = fmt::format("{}.{}", place_.path, tid.value);
            auto opened = open_output({.path = name, .append = place_.append, .source = place_.source}, ended_);
            if (!opened) {
                report(opened.error(), exit_failed);
                return ended_(true);
            }
            found = files_.emplace(tid, std::move(*opened)).first;
        }
        found->second->write(tid, text);
    }
    void flush() override {
        for (auto& [tid, file] : files_) file->flush();
    }

private:
    OutputPlace place_;
    OutputEnded ended_;
    std::unordered_map<Tid, std::unique_ptr<output::LineWriter>> files_;
};

/// As strace -o: what is said of the session itself stands on standard error, and only lines of threads in the file.
class NoticesApart : public output::LineWriter {
public:
    explicit NoticesApart(std::unique_ptr<output::LineWriter> lines) : lines_(std::move(lines)) {}
    void write(Tid tid, std::string_view text) override { lines_->write(tid, text); }
    void notice(Tid, std::string_view text) override { host::write_whole(STDERR_FILENO, text); }
    void flush() override { lines_->flush(); }

private:
    std::unique_ptr<output::LineWriter> lines_;
};

bool is_regular_file(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

struct Opened {
    int fd = -1;
    bool owned = false;
    pid_t command = 0;  ///< that reads it, to be waited for; 0: none
};

Result<Opened> open_command(const char* command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail("make a pipe for the output", errno);
    const pid_t child = ::fork();
    if (child < 0) return fail(fmt::format("start {}", command), errno);
    if (child == 0) {
        ::dup2(ends[0], 0);
        ::execl("/bin/sh", "sh", "-c", command, nullptr);
        ::_exit(127);
    }
    ::close(ends[0]);
    return Opened{ends[1], true, child};
}

/// What is written may be read by those who may read what it comes from: a recording is its owner's alone.
mode_t mode_for(const OutputPlace& place) {
    if (place.source.empty()) return place.of_host ? 0600 : 0666;
    struct stat status {};
    return ::stat(place.source.c_str(), &status) == 0 && S_ISREG(status.st_mode) ? status.st_mode & 0666 : 0600;
}

/// A descriptor of our own: a command that is started gets ours.
Result<Opened> open_standard(int fd) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return fail("write the output", errno);
    return Opened{.fd = copy, .owned = true};
}

Result<Opened> open_place(const OutputPlace& place) {
    if (place.path.empty() || place.path == "-") return open_standard(place.path.empty() ? place.standard : 1);
    if (place.path.starts_with('|') || place.path.starts_with('!')) return open_command(place.path.c_str() + 1);
    const int fd = ::open(place.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (place.append ? O_APPEND : O_TRUNC), mode_for(place));
    if (fd < 0) return fail("open " + place.path, errno);
    return Opened{fd, true};
}

}  // namespace

Result<std::unique_ptr<output::LineWriter>> open_output(const OutputPlace& place, OutputEnded ended) {
    if (place.notices_apart) {
        OutputPlace lines = place;
        lines.notices_apart = false;
        auto opened = open_output(lines, std::move(ended));
        if (!opened) return opened;
        return std::make_unique<NoticesApart>(std::move(*opened));
    }
    if (is_same_file(place.path, place.source)) return fail("write " + place.path, 0, "it is the recording that is read");
    if (place.separate) return std::make_unique<SeparateWriter>(place, std::move(ended));
    const auto opened = open_place(place);
    if (!opened) return std::unexpected(opened.error());
    if (!place.is_text && ::isatty(opened->fd) != 0) {
        if (opened->owned) ::close(opened->fd);
        return fail("write to a terminal what is no text", 0, "-o FILE, or a pipe");
    }
    auto writer = std::make_unique<FileWriter>(opened->fd, opened->owned, opened->command, place.path, std::move(ended));
    if (!place.tell_lost || is_regular_file(opened->fd)) return writer;
    return std::make_unique<output::ThreadedWriter>(std::move(writer), place.tell_lost);
}

}  // namespace shimtrace::cli
