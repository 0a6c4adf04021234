#include "tracer/procfs/files_in_time.hpp"

#include "tracer/procfs/stand_in.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>

#include <fcntl.h>

namespace shimtrace::host {
namespace {

template <typename Number>
void put(std::string& bytes, Number number) {
    bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <typename Number>
std::optional<Number> take(std::string_view& bytes) {
    Number number{};
    if (bytes.size() < sizeof number) return std::nullopt;
    std::memcpy(&number, bytes.data(), sizeof number);
    bytes.remove_prefix(sizeof number);
    return number;
}

std::string_view take_text(std::string_view& bytes) {
    const auto length = take<std::uint64_t>(bytes).value_or(0);
    const std::string_view text = bytes.substr(0, length);
    bytes.remove_prefix(text.size());
    return text;
}

/// Names become an errno and a text each; the parcel's descriptor is the directory.
Parcel read_files(Parcel request) {
    Parcel reply;
    const ProcDirectory directory(std::move(request.descriptor));
    std::string scratch;
    for (std::string_view rest = request.bytes; !rest.empty();) {
        const auto most = take<std::uint64_t>(rest);
        const auto records = take<std::uint8_t>(rest);
        const std::string name(take_text(rest));
        if (!most || !records) break;
        const auto text =
            *records != 0 ? directory.read_records(name.c_str(), scratch, *most) : directory.read(name.c_str(), scratch, *most);
        put<std::int32_t>(reply.bytes, text ? 0 : text.error());
        put<std::uint64_t>(reply.bytes, text ? text->size() : 0);
        if (text) reply.bytes += *text;
    }
    return reply;
}

}  // namespace

std::vector<OrErrno<std::string>> read_in_time(const ProcDirectory& directory, const std::string& concern,
                                               std::span<const FileWanted> files) {
    Parcel question{.bytes = {}, .descriptor = OwnedFd(::fcntl(directory.fd(), F_DUPFD_CLOEXEC, 0))};
    for (const FileWanted& file : files) {
        put<std::uint64_t>(question.bytes, file.most);
        put<std::uint8_t>(question.bytes, file.records ? 1 : 0);
        put<std::uint64_t>(question.bytes, std::strlen(file.name));
        question.bytes += file.name;
    }
    std::vector<OrErrno<std::string>> texts(files.size(), std::unexpected(ETIMEDOUT));
    const auto reply = ask(concern, read_files, std::move(question));
    if (!reply) return texts;
    std::string_view rest = reply->bytes;
    for (OrErrno<std::string>& text : texts) {
        const auto error = take<std::int32_t>(rest);
        const std::string_view bytes = take_text(rest);
        if (!error) break;
        if (*error == 0)
            text = std::string(bytes);
        else
            text = std::unexpected(*error);
    }
    return texts;
}

std::vector<OrErrno<std::string>> read_in_time(const ProcDirectory& directory, Pid whose, std::span<const FileWanted> files) {
    return read_in_time(directory, concern_of(whose), files);
}

OrErrno<std::string> read_in_time(const ProcDirectory& directory, Pid whose, const FileWanted& file) {
    return std::move(read_in_time(directory, whose, std::span(&file, 1)).front());
}

}  // namespace shimtrace::host
