#include "decoders/golang/requests.hpp"

#include "decoders/golang/goroutine_purposes.hpp"
#include "decoders/golang/kept_names.hpp"
#include "decoders/golang/records.hpp"
#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::golang {
namespace {

/// Functions whose frames hold the request: the generated code that unmarshals it knows it best, then the handler.
constexpr std::string_view holding_request[] = {"TaskService.func", "SandboxService.func", "taskClient).",
                                                "TaskClient).",     "/task.(*service).",   "/sandbox.(*service)."};

/// Where the id is in a request: first in gogo's structs (containerd 1.6), behind protoimpl's state in those of protoc-gen-go 1.36, behind
/// state, sizeCache and unknownFields in older ones. The exec id follows it.
constexpr std::array<std::size_t, 3> id_offsets = {0, 8, 40};
constexpr std::size_t request_bytes = 40 + 32;
constexpr std::size_t most_id = 253;

bool alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// containerd's identifiers: letters and digits, with single dots, dashes and underscores between (pkg/identifiers).
bool is_identifier(std::string_view id) {
    if (id.empty() || !alphanumeric(id.front()) || !alphanumeric(id.back())) return false;
    return std::ranges::all_of(id, [](char c) { return alphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

struct Request {
    std::string id, exec_id;
};

std::optional<Request> request_in(Bytes object, const Memory& memory) {
    for (const std::size_t offset : id_offsets) {
        auto id = printable_string(memory, object, offset, most_id);
        if (!id || !is_identifier(*id)) continue;
        auto exec_id = printable_string(memory, object, offset + 16, most_id);
        return Request{std::move(*id), exec_id && is_identifier(*exec_id) ? std::move(*exec_id) : std::string()};
    }
    return std::nullopt;
}

std::optional<Request> find_request(const RuntimeState& state, const GoBinary& binary, std::size_t goroutine, const UnwoundStack& stack,
                                    const Memory& memory) {
    for (const std::string_view holder : holding_request) {
        for (const PhysicalFrame& frame : stack.physical) {
            if (binary.lines.name(frame.function).find(holder) == std::string_view::npos) continue;
            const std::vector<std::uint64_t> pointers = frame_pointers(state.goroutines[goroutine], frame);
            const Records objects(memory, pointers, request_bytes);
            for (std::size_t i = 0; i < pointers.size(); ++i) {
                if (objects[i].empty()) continue;
                if (auto request = request_in(objects[i], memory)) return request;
            }
        }
    }
    return std::nullopt;
}

/// Who handles a Wait forgets the request as soon as it has the process, and that memory may be another request's since: the process has
/// the channel that is waited for, and its own id. process.Init: {wg, initState, mu, waitBlock, WorkDir, id, …}; process.execProcess:
/// {wg, execState, mu, id, …, parent, waitBlock} (containerd: pkg/process/init.go, exec.go; 2.x: cmd/containerd-shim-runc-v2/process).
struct WaitedRow {
    std::string_view frame;
    std::size_t searched, own_id, init_id;  ///< bytes of the struct; where its id lies, and its Init's id in that
};
constexpr WaitedRow waited_processes[] = {
    {"process.(*Init).Wait", 48, 0, 64},
    {"process.(*execProcess).Wait", 512, 40, 64},
};

bool waits_for_channel(const GoWait& wait, std::uint64_t channel) {
    return channel != 0 && (wait.object.value == channel ||
                            std::ranges::any_of(wait.cases, [&](const GoSelectCase& one) { return one.channel.value == channel; }));
}

std::string id_at(const Memory& memory, std::uint64_t address, std::size_t offset) {
    std::array<std::byte, 16> header{};
    if (!may_be_object(address) || memory.read(RemoteAddress{address + offset}, header) != header.size()) return {};
    std::string id = printable_string(memory, header, 0, most_id).value_or("");
    return is_identifier(id) ? id : std::string();
}

std::optional<Request> find_waited(const CapturedGoroutine& g, const Goroutine& goroutine, const UnwoundStack& stack,
                                   const Memory& memory) {
    const auto has = [&](const WaitedRow& row) {
        return std::ranges::any_of(goroutine.stack, [&](const GoFrame& frame) { return frame.function.str().ends_with(row.frame); });
    };
    const auto row = std::ranges::find_if(waited_processes, has);
    if (row == std::end(waited_processes)) return std::nullopt;
    constexpr std::size_t frames_searched = 3, init_channel = 40;
    for (std::size_t number = 0; number < std::min(frames_searched, stack.physical.size()); ++number) {
        const std::vector<std::uint64_t> pointers = frame_pointers(g, stack.physical[number]);
        const Records objects(memory, pointers, row->searched);
        for (std::size_t i = 0; i < pointers.size(); ++i) {
            const Bytes object = objects[i];
            for (std::size_t at = init_channel; at + 8 <= object.size(); at += 8) {
                if (!waits_for_channel(goroutine.wait, word(object, at))) continue;
                const bool is_init = row->own_id == 0;
                Request found{id_at(memory, is_init ? pointers[i] : word(object, at - 8), row->init_id),
                              is_init ? std::string() : id_at(memory, pointers[i], row->own_id)};
                if (!found.id.empty() && is_init == found.exec_id.empty()) return found;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

void find_requests(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
                   const Memory& memory) {
    constexpr std::size_t most_searched = 4096;
    std::size_t searched = 0;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (goroutines[i].purpose.what == exit_handler) {
            if (auto kept = find_kept(state.goroutines[i], stacks[i], memory, {}))
                goroutines[i].purpose.container.edit().id = std::move(kept->id);
            continue;
        }
        if (!carries_request(goroutines[i].purpose) || ++searched > most_searched) continue;
        auto request = find_waited(state.goroutines[i], goroutines[i], stacks[i], memory);
        if (!request) request = find_request(state, binary, i, stacks[i], memory);
        if (request) {
            goroutines[i].purpose.container.edit().id = std::move(request->id);
            goroutines[i].purpose.exec_id = std::move(request->exec_id);
        }
    }
}

}  // namespace shimtrace::golang
