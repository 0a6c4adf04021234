#include "tracer/procfs/foreign_file.hpp"

#include "tracer/procfs/proc_root.hpp"
#include "tracer/procfs/stand_in.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace shimtrace::host {
namespace {

constexpr std::int64_t most_copied = std::int64_t{1} << 30;

struct FileAsked {
    std::int32_t whose = 0;
    bool in_root = false, copy = false;
};

struct FileTold {
    std::int32_t error = 0;
    struct stat status {};
};

OwnedFd find_file(const FileAsked& question, const std::string& path) {
    if (!question.in_root) return OwnedFd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    const OwnedFd root(::open(proc_path(Pid{question.whose}, "root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return {};
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return OwnedFd(static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
}

OwnedFd copy_of(const OwnedFd& file, std::int64_t size) {
    OwnedFd copy(::memfd_create("shimtrace-copy", MFD_CLOEXEC));
    while (copy && size > 0) {
        const ssize_t moved = ::sendfile(copy.get(), file.get(), nullptr, static_cast<std::size_t>(size));
        if (moved <= 0) break;
        size -= moved;
    }
    return copy;
}

Parcel open_file(Parcel request) {
    FileAsked question;
    if (request.bytes.size() < sizeof question) return {};
    std::memcpy(&question, request.bytes.data(), sizeof question);
    FileTold told;
    Parcel reply;
    const OwnedFd found = find_file(question, request.bytes.substr(sizeof question));
    if (!found || ::fstat(found.get(), &told.status) != 0) {
        told.error = errno;
    } else if (!S_ISREG(told.status.st_mode) || (question.copy && told.status.st_size > most_copied)) {
        told.error = S_ISREG(told.status.st_mode) ? EFBIG : EINVAL;
    } else {
        OwnedFd file(::open(("/proc/self/fd/" + std::to_string(found.get())).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
        if (!file)
            told.error = errno;
        else
            reply.descriptor = question.copy ? copy_of(file, told.status.st_size) : std::move(file);
    }
    reply.bytes.assign(reinterpret_cast<const char*>(&told), sizeof told);
    return reply;
}

struct FileAnswer {
    OwnedFd fd;
    FileTold told;
};

OrErrno<FileAnswer> ask_about(Pid whose, const FilePlace& place, bool copy) {
    const FileAsked question{whose.value, place.in_root, copy};
    Parcel request{std::string(reinterpret_cast<const char*>(&question), sizeof question) + place.path, {}};
    // Not what questions about the process itself are about: its memory may be read although its files are not.
    auto reply = ask("files of " + concern_of(whose), open_file, std::move(request));
    FileTold told;
    if (!reply || reply->bytes.size() != sizeof told) return std::unexpected(ETIMEDOUT);
    std::memcpy(&told, reply->bytes.data(), sizeof told);
    return FileAnswer{std::move(reply->descriptor), told};
}

OrErrno<ForeignFile> ask_for(Pid whose, const FilePlace& place, bool copy) {
    auto answer = ask_about(whose, place, copy);
    if (!answer) return std::unexpected(answer.error());
    if (answer->told.error != 0) return std::unexpected(answer->told.error);
    return ForeignFile{std::move(answer->fd), answer->told.status};
}

}  // namespace

OrErrno<struct stat> status_of_foreign(Pid whose, const FilePlace& place) {
    const auto answer = ask_about(whose, place, false);
    if (!answer) return std::unexpected(answer.error());
    const int error = answer->told.error;
    if (error != 0 && error != EINVAL && error != EFBIG) return std::unexpected(error);
    return answer->told.status;
}

OrErrno<ForeignFile> open_foreign(Pid whose, const FilePlace& place, AnsweringMounts& mounts) {
    auto file = ask_for(whose, place, false);
    if (!file || mounts.device(file->status.st_dev)) return file;
    return ask_for(whose, place, true);
}

}  // namespace shimtrace::host
