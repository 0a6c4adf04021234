// What a goroutine waits on, in words.
#include "tracer/output/text/goroutine_traceback.hpp"

#include "decoders/syscalls/call_facts.hpp"
#include "decoders/syscalls/table.hpp"
#include "decoders/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shimtrace::output {
namespace {

std::string channel_text(RemoteAddress channel, std::uint64_t length, std::uint64_t capacity) {
    return channel ? fmt::format("chan {:#x} {}/{}", channel.value, length, capacity) : "nil chan";
}

std::string others_text(const std::vector<GoroutineId>& others) {
    constexpr std::size_t most_shown = 4;
    if (others.empty()) return {};
    std::string text = ", so do";
    for (std::size_t i = 0; i < others.size() && i < most_shown; ++i) text += fmt::format(" {}", others[i].value);
    if (others.size() > most_shown) text += " …";
    return text;
}

std::string holder_text(const std::vector<InferredHolder>& holders) {
    constexpr int weak = 5;
    if (holders.empty() || holders.front().score < weak) return {};
    return fmt::format(", inferred holder: goroutine {}", holders.front().goroutine.value);
}

std::string lock_text(std::string_view kind, const GoWait& wait) {
    std::string text(kind);
    if (wait.object) text += fmt::format(" {:#x}", wait.object.value);
    const bool held = wait.kind != GoWaitKind::wait_group && wait.kind != GoWaitKind::cond;
    return text + others_text(wait.others) + (held ? holder_text(wait.holders) : std::string());
}

std::string descriptor_text(const GoWait& wait) {
    std::string text = fmt::format("fd {}", wait.fd.value);
    if (!wait.fd_path.empty()) text += " " + text::printable(wait.fd_path);
    return text;
}

std::string syscall_text(const GoWait& wait, const StackStyle& style) {
    std::string text = style.syscall_name ? style.syscall_name(wait.arch, wait.syscall) : fmt::format("syscall {}", wait.syscall);
    if (wait.fd.value >= 0) return text + " " + descriptor_text(wait);
    if (!wait.fd_path.empty()) text += " " + text::printable(wait.fd_path);
    return text;
}

std::string select_text(const GoWait& wait) {
    constexpr std::size_t most_shown = 8;
    std::string text;
    for (std::size_t i = 0; i < wait.cases.size() && i < most_shown; ++i) {
        const GoSelectCase& c = wait.cases[i];
        text += fmt::format("{}{} {}", i == 0 ? "" : "; ", c.send ? "send" : "receive", channel_text(c.channel, c.length, c.capacity));
    }
    if (wait.cases.size() > most_shown) text += "; …";
    return text;
}

}  // namespace

std::string wait_text(const GoWait& wait, const StackStyle& style) {
    switch (wait.kind) {
        case GoWaitKind::fd_read:
            return wait.fd.value < 0 ? "" : "read " + descriptor_text(wait);
        case GoWaitKind::fd_write:
            return wait.fd.value < 0 ? "" : "write " + descriptor_text(wait);
        case GoWaitKind::chan_receive:
        case GoWaitKind::chan_send:
            return (wait.object ? channel_text(wait.object, wait.length, wait.capacity) : "") + others_text(wait.others);
        case GoWaitKind::select:
            return select_text(wait);
        case GoWaitKind::mutex:
            return lock_text("Mutex", wait);
        case GoWaitKind::rwmutex_read:
            return lock_text("RWMutex, to read", wait);
        case GoWaitKind::rwmutex_write:
            return lock_text("RWMutex, to write", wait);
        case GoWaitKind::wait_group:
            return lock_text("WaitGroup", wait);
        case GoWaitKind::once:
            return lock_text("Once", wait);
        case GoWaitKind::cond:
            return lock_text("Cond", wait);
        case GoWaitKind::syscall:
            return syscall_text(wait, style);
        case GoWaitKind::child:
            if (!wait.child) return "child";
            return "child " + (style.process_name ? style.process_name(wait.child) : fmt::format("{}", wait.child.value));
        case GoWaitKind::sleep:
        case GoWaitKind::none:
            return {};
    }
    return {};
}

std::string syscall_words(Arch arch, std::int64_t number) {
    if (const decoders::CallFacts* facts = decoders::call_facts(arch, number)) return std::string(facts->name);
    const auto name = decoders::syscall_name(arch, number);
    return name ? std::string(*name) : fmt::format("syscall {}", number);
}

}  // namespace shimtrace::output
