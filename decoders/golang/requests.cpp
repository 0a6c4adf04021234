#include "decoders/golang/requests.hpp"

#include "decoders/golang/goroutine_purposes.hpp"
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

}  // namespace

void find_requests(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks, std::span<Goroutine> goroutines,
                   const Memory& memory) {
    constexpr std::size_t most_searched = 4096;
    std::size_t searched = 0;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        if (!carries_request(goroutines[i].purpose) || ++searched > most_searched) continue;
        if (auto request = find_request(state, binary, i, stacks[i], memory)) {
            goroutines[i].purpose.container.id = std::move(request->id);
            goroutines[i].purpose.exec_id = std::move(request->exec_id);
        }
    }
}

}  // namespace shimtrace::golang
