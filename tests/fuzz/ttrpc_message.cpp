// The messages of ttrpc's services: any bytes as any of them give fields that can be printed, or say what is wrong.
#include "decoders/messages/ttrpc/message.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view methods[][2] = {
    {"Task", "State"},
    {"Task", "Create"},
    {"Task", "Exec"},
    {"Task", "Pids"},
    {"Task", "Update"},
    {"Task", "Wait"},
    {"Task", "Delete"},
    {"Task", "Stats"},
    {"Task", "Connect"},
    {"Sandbox", "CreateSandbox"},
    {"Task", "CloseIO"},
    {"Task", "Kill"},
    {"Sandbox", "SandboxStatus"},
    {"Sandbox", "Platform"},
    {"Events", "Forward"},
};

void check(const std::string& text) {
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7f; }))
        __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace shimtrace::ttrpc;
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto& [service, method] = methods[data[0] % std::size(methods)];
    const MethodSchema* schema = find_method(service, method);
    check(render(decode(bytes, *schema->request).fields));
    check(render(decode(bytes, *schema->response).fields));
    for (const FrameType type : {FrameType::request, FrameType::response, FrameType::data}) {
        const Frame frame{type, 0, 1, static_cast<std::uint32_t>(bytes.size()), std::string(bytes), (data[0] & 0x80) != 0};
        std::string line = render(decode(frame, schema));
        std::erase_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });  // the arrows
        check(line);
    }
    return 0;
}
