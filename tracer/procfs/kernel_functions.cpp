#include "tracer/procfs/kernel_functions.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

namespace shimtrace::host {
namespace {

struct FrameLine {
    std::string_view name;
    std::uint64_t offset = 0, size = 0;
};

/// "[<0>] do_wait+0x5e/0x150 [module]"
std::optional<FrameLine> frame_line(std::string_view line) {
    const std::size_t bracket = line.find("] "), plus = line.find("+0x"), slash = line.find("/0x");
    if (bracket == line.npos || plus == line.npos || slash == line.npos || bracket + 2 >= plus || plus > slash) return std::nullopt;
    const auto number = [&](std::size_t at, std::uint64_t& value) {
        return std::from_chars(line.data() + at + 3, line.data() + line.size(), value, 16).ec == std::errc{};
    };
    FrameLine frame{.name = line.substr(bracket + 2, plus - bracket - 2)};
    if (!number(plus, frame.offset) || !number(slash, frame.size) || frame.offset > frame.size) return std::nullopt;
    return frame;
}

}  // namespace

const KernelFunctions::Function* KernelFunctions::find(std::uint64_t address) const {
    // A call may be a function's last instruction: what it returns to lies behind that function.
    const auto behind = functions_.lower_bound(address);
    if (behind == functions_.begin()) return nullptr;
    const auto& [begin, function] = *std::prev(behind);
    return address - begin <= function.size ? &function : nullptr;
}

std::optional<std::vector<SharedText>> KernelFunctions::names(std::span<const std::uint64_t> addresses) {
    const std::lock_guard lock(mutex_);
    std::vector<SharedText> found;
    found.reserve(addresses.size());
    for (const std::uint64_t address : addresses) {
        const Function* function = find(address);
        if (function == nullptr) return std::nullopt;
        found.push_back(function->name);
    }
    return found;
}

void KernelFunctions::learn(std::span<const std::uint64_t> addresses, std::string_view text) {
    std::vector<FrameLine> lines;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const auto frame = frame_line(line);
        if (!frame) return;
        lines.push_back(*frame);
    }
    if (lines.size() != addresses.size()) return;
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < lines.size(); ++i)
        functions_.try_emplace(addresses[i] - lines[i].offset, Function{lines[i].size, SharedText(lines[i].name)});
}

}  // namespace shimtrace::host
