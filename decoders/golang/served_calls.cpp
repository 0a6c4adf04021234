#include "decoders/golang/served_calls.hpp"

#include "decoders/golang/http_requests.hpp"
#include "decoders/golang/kept_names.hpp"
#include "decoders/golang/records.hpp"
#include "decoders/golang/stack_words.hpp"

#include <algorithm>
#include <array>

namespace shimtrace::golang {
namespace {

constexpr std::size_t most_calls = 1024;

/// Where a message's fields begin: at once in gogo's structs (CRI up to 0.33, containerd 1.6), behind protoimpl's state in those of
/// protoc-gen-go 1.36, behind state, sizeCache and unknownFields in older ones. Messages within it are made by the same generator.
constexpr std::array<std::size_t, 3> first_fields = {0, 8, 40};
constexpr std::size_t message_bytes = 40 + 56;

/// How a request says what it is about: runtime/v1/api.proto and containerd's api/services.
enum class Shape { id, pod, container, image, key };
struct ShapeRow {
    std::string_view service, method;  ///< an empty method: all others of that service
    Shape shape;
};
constexpr ShapeRow shapes[] = {
    {"RuntimeService", "RunPodSandbox", Shape::pod},
    {"RuntimeService", "CreateContainer", Shape::container},
    {"RuntimeService", "", Shape::id},
    {"ImageService", "", Shape::image},
    {"Tasks", "", Shape::id},
    {"Snapshots", "", Shape::key},
};

const Shape* shape_of(std::string_view service, std::string_view method) {
    const auto row = std::ranges::find_if(
        shapes, [&](const ShapeRow& one) { return one.service == service && (one.method.empty() || one.method == method); });
    return row == std::end(shapes) ? nullptr : &row->shape;
}

class RequestReader {
public:
    RequestReader(const Memory& memory, std::size_t first) : memory_(memory), first_(first) {}

    /// The n-th word of a message's fields.
    [[nodiscard]] std::uint64_t field(Bytes message, std::size_t words) const { return word(message, first_ + words * 8); }

    [[nodiscard]] std::string text(Bytes message, std::size_t words) const {
        return printable_string(memory_, message, first_ + words * 8, 512).value_or("");
    }

    struct Message {
        std::array<std::byte, message_bytes> bytes{};
        bool read = false;
    };
    [[nodiscard]] Message at(std::uint64_t address) const {
        Message message;
        if (may_be_object(address)) message.read = memory_.read(RemoteAddress{address}, message.bytes) == message_bytes;
        return message;
    }

    /// PodSandboxConfig: metadata, a pointer. PodSandboxMetadata: name, uid, namespace.
    bool pod(std::uint64_t config_address, GoServedCall& call) const {
        const Message config = at(config_address);
        const Message metadata = at(config.read ? field(config.bytes, 0) : 0);
        if (!metadata.read) return false;
        std::string name = text(metadata.bytes, 0), pod_namespace = text(metadata.bytes, 4);
        if (!is_word(name) || !is_word(pod_namespace) || text(metadata.bytes, 2).empty()) return false;
        call.pod = std::move(name);
        call.pod_namespace = std::move(pod_namespace);
        return true;
    }

private:
    const Memory& memory_;
    std::size_t first_;
};

bool read_request(const RequestReader& reader, Shape shape, Bytes request, GoServedCall& call) {
    switch (shape) {
        case Shape::pod:
            return reader.pod(reader.field(request, 0), call);
        case Shape::container: {
            // pod_sandbox_id, config, sandbox_config. ContainerConfig: metadata, a pointer. ContainerMetadata: name.
            std::string sandbox = reader.text(request, 0);
            if (!is_hexadecimal(sandbox) || !reader.pod(reader.field(request, 3), call)) return false;
            call.container = std::move(sandbox);
            const auto config = reader.at(reader.field(request, 2));
            const auto metadata = reader.at(config.read ? reader.field(config.bytes, 0) : 0);
            if (metadata.read)
                if (std::string name = reader.text(metadata.bytes, 0); is_word(name)) call.name = std::move(name);
            return true;
        }
        case Shape::image: {
            // image, a pointer; then of a pull auth and sandbox_config, pointers. ImageSpec: image.
            const auto image = reader.at(reader.field(request, 0));
            std::string name = image.read ? reader.text(image.bytes, 0) : std::string();
            if (name.empty() || name.find_first_of(" \t") != std::string::npos) return false;
            if (!is_hexadecimal(name) && name.find_first_of("/:") == std::string::npos && !reader.pod(reader.field(request, 2), call))
                return false;
            reader.pod(reader.field(request, 2), call);
            call.name = std::move(name);
            return true;
        }
        case Shape::id: {
            std::string id = reader.text(request, 0);
            const bool of_kubernetes = call.service == "RuntimeService";
            if (of_kubernetes ? !is_hexadecimal(id) : !is_word(id) || id.size() > 253) return false;
            call.container = std::move(id);
            return true;
        }
        case Shape::key: {
            // snapshotter, key
            std::string snapshotter = reader.text(request, 0), key = reader.text(request, 2);
            if (!is_word(snapshotter) || key.empty()) return false;
            call.name = std::move(key);
            return true;
        }
    }
    return false;
}

/// The frames that hold the request for as long as it is at work: the generated handler's, then those of the service's method.
bool may_hold_request(std::string_view function, const GoServedCall& call) {
    if (function.find("_" + call.service + "_" + call.method + "_Handler") != std::string_view::npos) return true;
    return function.ends_with(")." + call.method) && function.find("ervice).") != std::string_view::npos;
}

void find_subject(const CapturedGoroutine& g, const GoBinary& binary, const UnwoundStack& stack, const Memory& memory, GoServedCall& call) {
    const Shape* shape = shape_of(call.service, call.method);
    if (shape == nullptr) return;
    for (auto frame = stack.physical.rbegin(); frame != stack.physical.rend(); ++frame) {
        if (!may_hold_request(binary.lines.name(frame->function), call)) continue;
        const std::vector<std::uint64_t> pointers = frame_pointers(g, *frame);
        const Records objects(memory, pointers, message_bytes);
        for (std::size_t i = 0; i < pointers.size(); ++i) {
            if (objects[i].empty()) continue;
            for (const std::size_t first : first_fields)
                if (read_request(RequestReader(memory, first), *shape, objects[i], call)) return;
        }
    }
}

/// dockerd's handlers have the request, and so have those of net/http and of its middleware, further out.
void find_http_subject(const CapturedGoroutine& g, const UnwoundStack& stack, const Memory& memory, GoServedCall& call) {
    std::size_t searched = 0;
    constexpr std::size_t most_searched = 1024;
    for (auto frame = stack.physical.rbegin(); frame != stack.physical.rend() && searched < most_searched; ++frame) {
        const std::vector<std::uint64_t> pointers = frame_pointers(g, *frame);
        searched += pointers.size();
        const Records objects(memory, pointers, http_request_bytes);
        for (std::size_t i = 0; i < pointers.size(); ++i) {
            if (objects[i].empty()) continue;
            if (const auto request = http_request(objects[i], memory); request && name_subject(*request, call)) return;
        }
    }
}

/// "_RuntimeService_RunPodSandbox_Handler" → RuntimeService, RunPodSandbox.
HandledMethod generated_handler(std::string_view name) {
    constexpr std::string_view end = "_Handler";
    if (!name.starts_with('_') || !name.ends_with(end)) return {};
    name = name.substr(1, name.size() - 1 - end.size());
    const std::size_t between = name.rfind('_');
    if (between == std::string_view::npos || between == 0) return {};
    return {name.substr(0, between), name.substr(between + 1)};
}

}  // namespace

HandledMethod handled_method(std::string_view function) {
    const std::size_t dot = function.rfind('.');
    const std::string_view name = dot == std::string_view::npos ? function : function.substr(dot + 1);
    if (const HandledMethod generated = generated_handler(name); !generated.method.empty()) return generated;
    // dockerd: github.com/docker/docker/api/server/router/container.(*containerRouter).postContainersStart
    // A method that was passed on as a value is called by a wrapper of that name and "-fm" (cmd/compile/internal/typecheck).
    constexpr std::string_view bound = "-fm";
    if (function.find("/api/server/router/") != std::string_view::npos && function.find("Router).") != std::string_view::npos)
        return {"docker", name.substr(0, name.size() - (name.ends_with(bound) ? bound.size() : 0))};
    return {};
}

namespace {

/// A handler is near the outer end of the stack; a handler called by another one is the outer one's affair.
HandledMethod outermost_handled(std::span<const GoFrame> frames) {
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame)
        if (const HandledMethod handled = handled_method(frame->function); !handled.method.empty()) return handled;
    return {};
}

}  // namespace

void find_served_calls(const RuntimeState& state, const GoBinary& binary, std::span<const UnwoundStack> stacks,
                       std::span<Goroutine> goroutines, const Memory& memory) {
    std::size_t searched = 0;
    for (std::size_t i = 0; i < goroutines.size(); ++i) {
        const HandledMethod handled = outermost_handled(stacks[i].frames);
        if (handled.method.empty()) continue;
        GoServedCall& call = goroutines[i].serves.edit();
        call.service = handled.service;
        call.method = handled.method;
        if (++searched > most_calls) continue;
        if (call.service == "docker")
            find_http_subject(state.goroutines[i], stacks[i], memory, call);
        else
            find_subject(state.goroutines[i], binary, stacks[i], memory, call);
        // One that has no shim yet, or none any more, is known by nothing but its id.
        if (call.service != "RuntimeService" || call.container.empty() || !call.pod.empty()) continue;
        if (auto kept = find_kept(state.goroutines[i], stacks[i], memory, call.container)) {
            call.pod_namespace = std::move(kept->name.pod_namespace);
            call.pod = std::move(kept->name.pod);
            call.name = std::move(kept->name.container);
        }
    }
}

}  // namespace shimtrace::golang
