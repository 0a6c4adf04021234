// Who holds which pipe, fifo, socket and pty: everybody's descriptors, looked up by the object.
#pragma once

#include <shimtrace/open_file.hpp>
#include <shimtrace/snapshot.hpp>

#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace shimtrace::host {

/// An object that more than one process may hold. Pipes and sockets are unique by inode, fifos and POSIX message queues by device and
/// inode, a pty by its devpts and its number, whichever side of it.
struct ObjectKey {
    enum class Sort : std::uint8_t { pipe, fifo, socket, pty_master, pty_slave, queue } sort{};
    std::uint64_t device = 0, inode = 0;
    bool operator==(const ObjectKey&) const = default;
};
struct ObjectKeyHash {
    std::size_t operator()(const ObjectKey& key) const {
        return std::hash<std::uint64_t>{}(key.inode * 0x9e3779b97f4a7c15U ^ key.device << 8 ^ static_cast<std::uint64_t>(key.sort));
    }
};

/// nullopt: not such an object.
std::optional<ObjectKey> object_of(const OpenFile& target);
/// The other side of a pty.
ObjectKey other_side(ObjectKey pty);

class HolderIndex {
public:
    void add(const Process& process);
    [[nodiscard]] std::span<const Holder> find(const ObjectKey& key) const {
        const auto found = holders_.find(key);
        return found == holders_.end() ? std::span<const Holder>{} : std::span<const Holder>(found->second);
    }
    [[nodiscard]] std::span<const Holder> of_socket(Inode inode) const { return find({ObjectKey::Sort::socket, 0, inode.value}); }

private:
    std::unordered_map<ObjectKey, std::vector<Holder>, ObjectKeyHash> holders_;
};

/// What stand-ins call it.
std::string concern_of_pipe(Inode inode);

/// Bytes in a pipe and its size.
struct PipeFill {
    std::uint32_t queued = 0, capacity = 0;
};
/// Asks a duplicate of a holder's descriptor (pidfd_getfd) and closes it at once: the pipe is not opened by its path, which
/// would make a reader or writer of us, and no byte is read. While the duplicate lives, some microseconds, it counts as one
/// more holder of the same end: were the true one to close just then, its peer would see the end of file, or EPIPE, that
/// much later. nullopt: not permitted, or no holder has it open any more.
/// Somebody who reads or writes it may have it locked, with a page that never comes (fs/pipe.c: pipe->mutex): then there is no answer in
/// time either.
std::optional<PipeFill> ask_pipe(std::span<const Holder> holders, const OpenFile& pipe);

struct PipeQuestion {
    std::span<const Holder> holders;
    const OpenFile* pipe;
};
/// The same of many, with few questions to stand-ins.
std::vector<std::optional<PipeFill>> ask_pipes(std::span<const PipeQuestion> questions);

}  // namespace shimtrace::host
