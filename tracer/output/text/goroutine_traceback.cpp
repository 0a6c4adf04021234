// Go's traceback format, rule by rule as runtime/traceback.go prints it.
#include "tracer/output/text/goroutine_traceback.hpp"

#include "decoders/text/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>

namespace shimtrace::output {
namespace {

constexpr std::string_view state_names[] = {"idle", "runnable",  "running",   "syscall", "waiting",
                                            "dead", "copystack", "preempted", "leaked",  "???"};

/// "go1.19.8" → 19; a version that does not say is taken for a new one.
int minor_version(std::string_view version) {
    const std::size_t found = version.find("go1.");
    int minor = 0;
    if (found != std::string_view::npos) std::from_chars(version.data() + found + 4, version.data() + version.size(), minor);
    return minor == 0 ? 99 : minor;
}

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

/// runtime.isExportedRuntime. Methods of exported types count only since Go 1.21.
bool is_exported_runtime(std::string_view name, int minor) {
    name.remove_prefix(std::string_view("runtime.").size());
    if (minor < 21) return !name.empty() && is_upper(name.front());
    const std::size_t dot = name.rfind('.');
    std::string_view receiver;
    if (dot != std::string_view::npos) {
        receiver = name.substr(0, dot);
        name.remove_prefix(dot + 1);
        if (receiver.size() >= 3 && receiver.starts_with("(*") && receiver.ends_with(')'))
            receiver = receiver.substr(2, receiver.size() - 3);
    }
    return !name.empty() && is_upper(name.front()) && (receiver.empty() || is_upper(receiver.front()));
}

/// runtime.showfuncinfo.
bool shows(const GoFrame& frame, std::string_view callee, bool first, int minor) {
    const bool callee_panics = callee == "runtime.gopanic" || callee == "runtime.sigpanic" || callee == "runtime.panicwrap";
    if (frame.wrapper && !callee_panics) return false;
    if (minor >= 25 && (frame.function == "runtime.runFinalizers" || frame.function == "runtime.runCleanups")) return true;
    if (frame.function == "runtime.gopanic" && !first) return true;
    if (frame.function.find('.') == std::string::npos) return false;
    return !frame.function.starts_with("runtime.") || is_exported_runtime(frame.function, minor);
}

/// The frames that a traceback prints. Where it would print none, it prints all.
std::vector<const GoFrame*> visible_frames(const Goroutine& goroutine, const StackStyle& style, int minor) {
    std::vector<const GoFrame*> visible;
    std::string_view callee;
    for (const GoFrame& frame : goroutine.stack) {
        if (style.runtime_frames || shows(frame, callee, visible.empty(), minor)) visible.push_back(&frame);
        callee = frame.function;
    }
    if (visible.empty()) {
        for (const GoFrame& frame : goroutine.stack) visible.push_back(&frame);
    }
    return visible;
}

/// runtime.printFuncName: type arguments are left out.
std::string function_name(const GoFrame& frame) {
    if (frame.function == "runtime.gopanic") return "panic";
    const std::size_t open = frame.function.find('['), close = frame.function.rfind(']');
    if (open == std::string::npos || close == std::string::npos || close < open) return text::printable(frame.function);
    return text::printable(frame.function.substr(0, open) + "[...]" + frame.function.substr(close + 1));
}

void print_frame(std::string& out, const GoFrame& frame) {
    const auto end = std::back_inserter(out);
    fmt::format_to(end, "{}({})\n\t{}:{}", function_name(frame), frame.no_arguments ? "" : "...", text::printable(frame.file), frame.line);
    if (!frame.inlined && frame.offset != 0) fmt::format_to(end, " +{:#x}", frame.offset);
    out += '\n';
}

/// A deep stack is cut as the runtime cuts it: to 100 physical frames before Go 1.21, to the first and last 50 since.
void print_frames(std::string& out, const Goroutine& goroutine, const StackStyle& style, int minor) {
    constexpr std::size_t half = 50;
    const std::vector<const GoFrame*> frames = visible_frames(goroutine, style, minor);
    if (minor >= 21) {
        const std::size_t elided = frames.size() > 2 * half ? frames.size() - 2 * half : 0;
        for (std::size_t i = 0; i < frames.size(); ++i) {
            if (elided != 0 && i == half) {
                out += fmt::format("...{} frames elided...\n", elided);
                i += elided;
            }
            print_frame(out, *frames[i]);
        }
        return;
    }
    std::size_t physical = 0;
    const GoFrame* end = nullptr;
    for (const GoFrame& frame : goroutine.stack) {
        if (physical == 2 * half) {
            end = &frame;
            break;
        }
        physical += frame.inlined ? 0 : 1;
    }
    std::size_t printed = 0;
    for (const GoFrame* frame : frames) {
        if (end != nullptr && frame >= end) break;
        print_frame(out, *frame);
        ++printed;
    }
    if (printed == 2 * half) out += "...additional frames elided...\n";  // so it is: hidden frames keep it from saying so
}

void print_creator(std::string& out, const Goroutine& goroutine, int minor) {
    if (!goroutine.created_by) return;
    const GoFrame& frame = *goroutine.created_by;
    if (!shows(frame, "", false, minor)) return;
    out += "created by " + function_name(frame);
    if (goroutine.parent) out += fmt::format(" in goroutine {}", goroutine.parent.value);
    out += fmt::format("\n\t{}:{}", text::printable(frame.file), frame.line);
    if (frame.offset != 0) out += fmt::format(" +{:#x}", frame.offset);
    out += '\n';
}

/// runtime.printquoted.
std::string go_quoted(std::string_view quoted) {
    constexpr std::pair<std::uint32_t, std::string_view> escapes[] = {
        {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}, {'\\', "\\\\"}, {'"', "\\\""}};
    std::string out = "\"";
    for (std::size_t at = 0; at < quoted.size();) {
        const text::Character next = text::first_character(quoted.substr(at));
        const std::uint32_t c = next.length != 0 ? next.code : static_cast<unsigned char>(quoted[at]);
        at += std::max<std::size_t>(next.length, 1);
        const auto named = std::ranges::find(escapes, c, &std::pair<std::uint32_t, std::string_view>::first);
        if (named != std::end(escapes))
            out += named->second;
        else if (c >= ' ' && c <= '~')
            out += static_cast<char>(c);
        else if (next.length == 0 || c < 127)
            out += fmt::format("\\x{:02x}", c);
        else
            out += c < 0x10000 ? fmt::format("\\u{:04x}", c) : fmt::format("\\U{:08x}", c);
    }
    return out + '"';
}

/// " {request: /healthz, pool: \"two words\"}", as Go 1.27 has it.
std::string labels_text(const Goroutine& goroutine) {
    const auto written = [](const std::string& text) {
        const bool plain = std::ranges::all_of(text, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '_';
        });
        return plain ? text : go_quoted(text);
    };
    std::string out;
    for (const GoLabel& label : goroutine.labels)
        out += fmt::format("{}{}: {}", out.empty() ? " {" : ", ", written(label.key), written(label.value));
    return out.empty() ? out : out + "}";
}

std::string_view state_text(const Goroutine& goroutine) {
    if ((goroutine.state == GoState::waiting || goroutine.state == GoState::leaked) && !goroutine.wait_reason.empty())
        return goroutine.wait_reason;
    return state_names[static_cast<std::size_t>(goroutine.state)];
}

/// "serves RuntimeService.StartContainer of 4f1c…".
std::string served_text(const GoServedCall& call) {
    if (call.method.empty()) return {};
    std::string text = fmt::format("serves {}.{}", text::printable(call.service), text::printable(call.method));
    const std::string pod = call.pod.empty() ? std::string() : call.pod_namespace + "/" + call.pod;
    const std::string& subject = !pod.empty() ? pod : !call.container.empty() ? call.container : call.name;
    if (!subject.empty()) text += " of " + text::printable(subject);
    return text;
}

std::string purpose_text(const GoroutinePurpose& purpose) {
    if (purpose.what.empty()) return {};
    std::string text = text::printable(purpose.what);
    if (!purpose.detail.empty()) text += " " + text::printable(purpose.detail);
    if (*purpose.container)
        text += " of " + text::printable(purpose.container->ns.empty() ? purpose.container->id
                                                                       : purpose.container->ns + "/" + purpose.container->id);
    if (!purpose.exec_id.empty()) text += " exec " + text::printable(purpose.exec_id);
    return text;
}

void print_body(std::string& out, const Goroutine& goroutine, const StackStyle& style, int minor) {
    if (goroutine.stack.empty()) {
        out += goroutine.state == GoState::running ? "\tgoroutine running on other thread; stack unavailable\n" : "\tstack unavailable\n";
    } else {
        print_frames(out, goroutine, style, minor);
        if (!style.exact && !goroutine.complete) out += "\t(the stack ends here: it could not be followed to its top)\n";
    }
    print_creator(out, goroutine, minor);
}

}  // namespace

std::string goroutine_title(const Goroutine& goroutine, const StackStyle& style) {
    std::string out = fmt::format("goroutine {} [{}", goroutine.id.value, text::printable(state_text(goroutine)));
    if (goroutine.state == GoState::leaked) out += " (leaked)";
    const auto minutes = goroutine.waiting ? std::chrono::duration_cast<std::chrono::minutes>(*goroutine.waiting).count() : 0;
    if (minutes >= 1) out += fmt::format(", {} minutes", minutes);
    if (goroutine.locked_to_thread) out += ", locked to thread";
    if (!style.exact) {
        if (goroutine.thread) out += fmt::format(", thread {}", goroutine.thread.value);
        if (const std::string wait = wait_text(goroutine.wait, style); !wait.empty()) out += ", " + wait;
        if (const std::string purpose = purpose_text(goroutine.purpose); !purpose.empty()) out += ", " + purpose;
        if (const std::string served = served_text(goroutine.serves); !served.empty()) out += ", " + served;
        if (goroutine.changed) out += ", moved while it was read";
    }
    out += "]";
    return style.exact ? out : out + labels_text(goroutine);
}

void print_goroutines(const GoProgram& program, const StackStyle& style, const std::function<void(std::string_view)>& write) {
    const int minor = minor_version(program.version);
    std::string out;
    bool first = true;
    for (const Goroutine& goroutine : program.goroutines) {
        if (goroutine.system && !style.runtime_frames) continue;
        out = first ? "" : "\n";
        out += goroutine_title(goroutine, style);
        if (style.exact && program.prints_labels) out += labels_text(goroutine);
        out += ":\n";
        print_body(out, goroutine, style, minor);
        write(out);
        first = false;
    }
}

std::string print_goroutines(const GoProgram& program, const StackStyle& style) {
    std::string out;
    print_goroutines(program, style, [&](std::string_view text) { out += text; });
    return out;
}

std::string print_goroutine_groups(const GoProgram& program, const StackStyle& style) {
    const int minor = minor_version(program.version);
    std::map<std::string, std::vector<const Goroutine*>> by_stack;
    for (const Goroutine& goroutine : program.goroutines) {
        if (goroutine.system && !style.runtime_frames) continue;
        std::string body(state_text(goroutine));
        body += '\n';
        for (const GoFrame* frame : visible_frames(goroutine, style, minor)) print_frame(body, *frame);
        by_stack[body].push_back(&goroutine);
    }
    std::vector<const std::vector<const Goroutine*>*> groups;
    for (const auto& [body, members] : by_stack) groups.push_back(&members);
    std::ranges::stable_sort(groups, std::ranges::greater{}, [](const auto* group) { return group->size(); });

    std::string out;
    for (const auto* group : groups) {
        if (!out.empty()) out += '\n';
        const Goroutine& first = *group->front();
        if (group->size() == 1) {
            out += goroutine_title(first, style) + ":\n";
        } else {
            out += fmt::format("{} goroutines [{}]: ", group->size(), text::printable(state_text(first)));
            for (std::size_t i = 0; i < group->size() && i < 16; ++i) out += fmt::format("{}{}", i == 0 ? "" : " ", (*group)[i]->id.value);
            out += group->size() > 16 ? " …\n" : "\n";
        }
        print_body(out, first, style, minor);
    }
    return out;
}

std::string print_folded(const GoProgram* program, const ProcessStacks* native, const StackStyle& style) {
    std::map<std::string, std::size_t> counts;
    const auto piece = [](std::string text) {
        std::ranges::replace(text, ';', ':');
        return text;
    };
    if (program != nullptr) {
        const int minor = minor_version(program->version);
        for (const Goroutine& goroutine : program->goroutines) {
            if (goroutine.system && !style.runtime_frames) continue;
            std::string line;
            const std::vector<const GoFrame*> frames = visible_frames(goroutine, style, minor);
            for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) line += piece(function_name(**frame)) + ";";
            ++counts[line + "[" + std::string(state_text(goroutine)) + "]"];
        }
    }
    if (native != nullptr) {
        for (const NativeThreadStack& thread : native->threads) {
            std::string line = piece(text::printable(thread.comm));
            for (auto frame = thread.frames.rbegin(); frame != thread.frames.rend(); ++frame) {
                line += ";" + piece(frame->function.empty() ? fmt::format("{:#x}", frame->pc) : text::printable(frame->function));
            }
            for (auto function = thread.kernel.rbegin(); function != thread.kernel.rend(); ++function)
                line += ";" + piece(text::printable(*function)) + "_[k]";
            ++counts[line];
        }
    }
    std::string out;
    for (const auto& [line, count] : counts) out += fmt::format("{} {}\n", line, count);
    return out;
}

std::string print_native_stacks(const ProcessStacks& stacks, const StackStyle& style) {
    std::string out;
    for (const NativeThreadStack& thread : stacks.threads) {
        if (!out.empty()) out += '\n';
        out += fmt::format("TID {} {} ({}", thread.tid.value, text::printable(thread.comm), letter(thread.state));
        if (thread.syscall >= 0)
            out +=
                ", " + (style.syscall_name ? style.syscall_name(thread.arch, thread.syscall) : fmt::format("syscall {}", thread.syscall));
        out += "):\n";
        for (const std::string& function : thread.kernel) out += "    [kernel] " + text::printable(function) + "\n";
        for (std::size_t i = 0; i < thread.frames.size(); ++i) {
            const StackFrame& frame = thread.frames[i];
            out += fmt::format("#{:<3} {:#018x}", i, frame.pc);
            if (!frame.function.empty()) out += fmt::format(" {}+{:#x}", text::printable(frame.function), frame.offset);
            if (!frame.module.empty())
                out += fmt::format(" - {}{}", text::printable(frame.module),
                                   frame.function.empty() ? fmt::format("+{:#x}", frame.offset) : "");
            out += '\n';
            if (!frame.file.empty()) out += fmt::format("      {}:{}\n", text::printable(frame.file), frame.line);
        }
        if (!thread.missing.empty()) out += "    (" + text::printable(thread.missing) + ")\n";
    }
    return out;
}

}  // namespace shimtrace::output
