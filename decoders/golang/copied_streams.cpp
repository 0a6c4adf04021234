#include "decoders/golang/copied_streams.hpp"

#include "decoders/golang/goroutine_purposes.hpp"
#include "decoders/golang/records.hpp"
#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::golang {
namespace {

// github.com/containerd/fifo: fifo ends with a pointer to its handle {*os.File, fd, dev, ino, sync.Once, name} (fifo.go, handle_linux.go).
constexpr std::size_t stream_fifo_bytes = 96, handle_at = 80, handle_bytes = 64, name_at = 48, most_path = 1024;
constexpr std::size_t most_copiers = 1024;

/// The path that a fifo was opened by; empty: the object is none.
std::string fifo_path(Bytes object, const Memory& memory) {
    const std::uint64_t handle = word(object, handle_at);
    if (!may_be_object(handle)) return {};
    std::array<std::byte, handle_bytes> bytes;
    if (memory.read(RemoteAddress{handle}, bytes) != bytes.size()) return {};
    std::string path = printable_string(memory, bytes, name_at, most_path).value_or("");
    return path.starts_with('/') ? path : std::string();
}

GoroutinePurpose stream_of(const CapturedGoroutine& g, const UnwoundStack& stack, const Memory& memory) {
    for (const PhysicalFrame& frame : stack.physical) {
        const std::vector<std::uint64_t> pointers = frame_pointers(g, frame);
        const Records objects(memory, pointers, stream_fifo_bytes);
        for (std::size_t i = 0; i < pointers.size(); ++i) {
            if (objects[i].empty()) continue;
            if (GoroutinePurpose found = stream_by_fifo(fifo_path(objects[i], memory)); *found.container) return found;
        }
    }
    return {};
}

}  // namespace

GoroutinePurpose stream_by_fifo(std::string_view path) {
    const std::size_t slash = path.rfind('/'), dash = path.rfind('-');
    if (slash == path.npos || slash == 0 || dash == path.npos || dash < slash) return {};
    const std::string_view folder = path.substr(0, slash), name = path.substr(slash + 1, dash - slash - 1), stream = path.substr(dash + 1);
    if (stream != "stdout" && stream != "stderr") return {};
    GoroutinePurpose purpose;
    purpose.detail = stream;
    purpose.container.edit().id = folder.substr(folder.rfind('/') + 1);
    if (name != "init") purpose.exec_id = name;
    return purpose;
}

void find_copied_streams(const RuntimeState& state, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
                         const Memory& memory) {
    std::size_t searched = 0;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        GoroutinePurpose& purpose = goroutines[i].purpose;
        if (purpose.what != stream_copier || state.goroutines[i].changed || ++searched > most_copiers) continue;
        GoroutinePurpose found = stream_of(state.goroutines[i], stacks[i], memory);
        if (!*found.container) continue;
        found.what = std::move(purpose.what);
        purpose = std::move(found);
    }
}

}  // namespace shimtrace::golang
