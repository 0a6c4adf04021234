// A file's bytes, mapped: only the pages that are looked at are ever touched.
#pragma once

#include <shimtrace/error.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace shimtrace::stacks {

/// A private mapping of a whole file, read-only. A mapped page that the file has lost since, cut short by somebody, or that its disk fails
/// to give would end the reader by SIGBUS: from the first mapping on a handler puts a page of zeros in its place. A SIGBUS from elsewhere
/// still ends the program.
class FileMapping {
public:
    FileMapping() = default;
    FileMapping(FileMapping&& other) noexcept;
    FileMapping& operator=(FileMapping&& other) noexcept;
    FileMapping(const FileMapping&) = delete;
    FileMapping& operator=(const FileMapping&) = delete;
    ~FileMapping();

    /// Errors: empty, too large, not to be mapped, or too many files are mapped already.
    static Result<FileMapping> map(int fd, std::uint64_t size);
    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
    /// The pages that have been looked at count as this program's memory no more; they come again where they are looked at again.
    void release_pages() const;

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace shimtrace::stacks
