#include "decoders/golang/shim_heap.hpp"

#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace shimtrace::golang {
namespace {

/// The types that process.Init's initState may hold (pkg/process/init_state.go, since 2.0 cmd/containerd-shim-runc-v2/process). That of a
/// deleted one points nowhere: its Init is on its way out.
struct StateRow {
    std::string_view type, word;
};
constexpr auto states = std::to_array<StateRow>({{"/process.(*createdState).", "created"},
                                                 {"/process.(*createdCheckpointState).", "created"},
                                                 {"/process.(*runningState).", "running"},
                                                 {"/process.(*pausedState).", "paused"},
                                                 {"/process.(*stoppedState).", "stopped"}});

/// runtime.itab: {inter, type, hash and padding, fun[]}: 24 bytes before the first method, in every version.
constexpr std::uint64_t first_method = 24;
/// process.Init: the state and the id lie among its first fields.
constexpr std::size_t init_bytes = 256;
constexpr std::size_t chunk = std::size_t{1} << 20;

class TaskFinder {
public:
    TaskFinder(const GoBinary& binary, std::uint64_t load_bias, const Memory& memory, std::span<const AddressRange> heap,
               std::span<const std::string> containers)
        : binary_(binary), bias_(load_bias), memory_(memory), heap_(heap) {
        for (const std::string& container : containers) tasks_.push_back({container, {}});
        for (const ElfSegment& segment : binary.image.segments()) {
            image_.begin = image_.end == 0 ? segment.address : std::min(image_.begin, segment.address);
            image_.end = std::max(image_.end, segment.address + segment.file_size);
        }
    }

    std::vector<ShimTask> run() {
        std::vector<std::byte> buffer(chunk);
        for (const AddressRange& range : heap_)
            // An interface is two words: the last one is looked at again with the next chunk.
            for (std::uint64_t at = range.begin; at < range.end; at += chunk - 8) {
                const auto part = std::span(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(chunk, range.end - at)));
                const std::size_t got = memory_.read(RemoteAddress{at}, part);
                look_through(Bytes(buffer).first(got), at);
            }
        for (ShimTask& task : tasks_)
            if (std::ranges::find(contradicted_, task.container) != contradicted_.end()) task.state.clear();
        return std::move(tasks_);
    }

private:
    void look_through(Bytes bytes, std::uint64_t address) {
        for (std::size_t offset = 0; offset + 16 <= bytes.size(); offset += 8) {
            const std::uint64_t table = word(bytes, offset) - bias_;
            if (!image_.contains(table)) continue;
            const std::uint64_t state = word(bytes, offset + 8);
            if (!in_heap(state)) continue;
            const std::string_view name = state_of(table);
            if (!name.empty()) note(name, state, address + offset);
        }
    }

    [[nodiscard]] bool in_heap(std::uint64_t address) const {
        return std::ranges::any_of(heap_, [&](const AddressRange& range) { return range.contains(address); });
    }

    /// Whose methods an interface's table holds.
    std::string_view state_of(std::uint64_t table) {
        const auto [known, is_new] = tables_.try_emplace(table);
        if (!is_new) return known->second;
        const auto method = binary_.image.pointer(table + first_method);
        const auto offset = method ? binary_.code_offset(*method) : std::nullopt;
        const auto function = offset ? binary_.lines.find(*offset) : std::nullopt;
        if (!function) return {};
        const std::string_view name = binary_.lines.name(*function);
        const auto row = std::ranges::find_if(states, [&](const StateRow& one) { return name.find(one.type) != std::string_view::npos; });
        if (row != states.end()) known->second = row->word;
        return known->second;
    }

    /// `state` points to the Init that has it at `field`, if this is one.
    void note(std::string_view name, std::uint64_t state, std::uint64_t field) {
        const auto init = memory_.value<std::uint64_t>(RemoteAddress{state});
        if (!init || *init > field || field - *init >= init_bytes) return;
        std::array<std::byte, init_bytes> object{};
        const Bytes bytes = Bytes(object).first(memory_.read(RemoteAddress{*init}, object));
        for (ShimTask& task : tasks_) {
            if (!names(bytes, task.container)) continue;
            if (!task.state.empty() && task.state != name) contradicted_.push_back(task.container);
            task.state = name;
        }
    }

    [[nodiscard]] bool names(Bytes object, const std::string& container) const {
        for (std::size_t offset = 0; offset + 16 <= object.size(); offset += 8) {
            if (word(object, offset + 8) != container.size()) continue;
            if (printable_string(memory_, object, offset, container.size()) == container) return true;
        }
        return false;
    }

    const GoBinary& binary_;
    std::uint64_t bias_;
    const Memory& memory_;
    std::span<const AddressRange> heap_;
    AddressRange image_;
    std::unordered_map<std::uint64_t, std::string_view> tables_;
    std::vector<ShimTask> tasks_;
    std::vector<std::string> contradicted_;
};

}  // namespace

std::vector<ShimTask> find_shim_tasks(const GoBinary& binary, std::uint64_t load_bias, const Memory& memory,
                                      std::span<const AddressRange> heap, std::span<const std::string> containers) {
    return TaskFinder(binary, load_bias, memory, heap, containers).run();
}

}  // namespace shimtrace::golang
