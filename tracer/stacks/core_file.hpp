// An ELF core file: threads and their registers, memory, and the files that were mapped.
#pragma once

#include "tracer/procfs/registers.hpp"
#include "tracer/stacks/file_mapping.hpp"
#include "tracer/stacks/mappings.hpp"

#include <shimtrace/captured_memory.hpp>
#include <shimtrace/types.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shimtrace::stacks {

struct CoreThread {
    Tid tid;  ///< in the pid namespace of the process that died
    host::Registers registers;
};

/// A file that the process had mapped, as it is here now. Kept only if its beginning is what the core has of it: its build id is in there.
struct CoreModule {
    std::string path;
    FileMapping file;
};

class CoreFile {
public:
    /// True for a file that begins as an ELF core does.
    static bool looks_like_core(const std::string& path);
    /// Errors: it cannot be read, or is no core of an x86-64 or aarch64 process.
    static Result<CoreFile> open(const std::string& path);

    [[nodiscard]] Arch machine() const { return machine_; }  ///< that it ran on: this one or another
    [[nodiscard]] Pid pid() const { return pid_; }
    [[nodiscard]] const std::string& comm() const { return comm_; }
    [[nodiscard]] const std::vector<CoreThread>& threads() const { return threads_; }  ///< the one that died first
    [[nodiscard]] const std::vector<Mapping>& mappings() const { return mappings_; }
    [[nodiscard]] std::uint64_t entry_point() const { return entry_point_; }  ///< in memory; 0: not known
    /// What could not be found on this host, in words; the stacks through it are short.
    [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }

    /// Bytes at an address: dumped ones, else the mapped file's. As many as there are of them in one piece, at most `most`.
    [[nodiscard]] std::span<const std::byte> at(std::uint64_t address, std::size_t most) const;
    /// nullptr: anonymous, or not here in the same version.
    [[nodiscard]] const CoreModule* module_of(const Mapping& mapping) const;

private:
    struct Segment {
        std::uint64_t address = 0, size = 0, offset = 0, dumped = 0;
    };
    bool read_headers();
    void read_notes(std::uint64_t offset, std::uint64_t size);
    void read_note(std::uint32_t type, std::span<const std::byte> body);
    void read_mapped_files(std::span<const std::byte> body);
    void add_anonymous_mappings();
    void open_modules();
    [[nodiscard]] std::span<const std::byte> dumped_at(std::uint64_t address, std::size_t most) const;

    FileMapping file_;
    std::vector<Segment> segments_;  ///< by address
    std::vector<CoreThread> threads_;
    std::vector<Mapping> mappings_;
    std::vector<CoreModule> modules_;
    std::vector<std::string> missing_;
    Pid pid_;
    std::string comm_;
    std::uint64_t entry_point_ = 0;
    Arch machine_ = Arch::x86_64;
};

class CoreMemory final : public Memory {
public:
    explicit CoreMemory(std::shared_ptr<const CoreFile> core) : core_(std::move(core)) {}
    using Memory::read;
    void read(std::span<ReadRequest> requests) const override;

private:
    std::shared_ptr<const CoreFile> core_;
};

}  // namespace shimtrace::stacks
