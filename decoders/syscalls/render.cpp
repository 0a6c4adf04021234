#include "decoders/constants/errors.hpp"
#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/printer.hpp"
#include "decoders/syscalls/results.hpp"

namespace shimtrace::decoders {

namespace {

/// What strace prints of a call that it has no decoder for.
void render_raw(Printer& printer, const Event& enter) {
    const unsigned count = argument_count(enter.arch, enter.number);
    for (unsigned index = 0; index < count; ++index) {
        if (index != 0) printer.text(", ");
        printer.hex(enter.args[index]);
    }
}

void append_name(std::string& out, Printer& printer, const Event& enter) {
    if (const auto name = syscall_name(enter.arch, enter.number)) {
        out.append(*name);
    } else {
        out.append("syscall_");
        printer.hex0x(static_cast<std::uint64_t>(enter.number));
    }
    out.push_back('(');
}

void render_argument(Printer& printer, const ArgumentType& type, const Slot& slot) {
    if (type.capture && !type.is_text && !printer.style().dereference) return printer.address(slot.value);
    type.render(printer, slot);
}

RenderedCall render(const Call& call, const RenderStyle& style, const RenderScope& scope) {
    RenderedCall rendered;
    rendered.on_entry.reserve(128);
    const Event& enter = call.enter();
    Printer printer(rendered.on_entry, call, style, scope);
    append_name(rendered.on_entry, printer, enter);
    const SyscallRow* row = find_row(enter.arch, enter.number, enter.args);
    if (!row || style.raw) {
        render_raw(printer, enter);
    } else {
        bool first = true, entering = true;
        for (unsigned place = 0; place < row->arguments().size(); ++place) {
            const Argument& argument = row->table[place];
            const unsigned index = row->register_of(place);
            const Slot slot{argument, enter.args[index], index};
            const ArgumentType& type = *argument.type;
            if (type.present && !type.present(call, slot)) continue;
            if (!first && !type.unseparated) printer.text(", ");
            first = false;
            const bool known = type.phase == Phase::entry;
            if (known) render_argument(printer, type, slot);
            if (entering && (!known || type.render_rest)) {
                entering = false;
                if (!call.returned()) return rendered;
                printer.redirect(rendered.on_exit);
            }
            if (!known) render_argument(printer, type, slot);
            if (type.render_rest) type.render_rest(printer, slot);
        }
    }
    rendered.whole = rendered.on_exit.empty();
    if (!call.returned()) return rendered;
    rendered.on_exit.push_back(')');
    Printer result(rendered.result, call, style, scope);
    style.raw && !call.failed() ? results::hex(result) : render_result(result, row);
    rendered.failed = call.failed();
    return rendered;
}

}  // namespace

RenderedCall render_entry(const Event& enter, const RenderStyle& style, const RenderScope& scope) {
    return render(Call(enter, nullptr), style, scope);
}

RenderedCall render_call(const Event& enter, const Event& exit, const RenderStyle& style, const RenderScope& scope) {
    return render(Call(enter, &exit), style, scope);
}

std::string signal_name(std::int64_t signal) {
    const std::string_view name = signal_constant(signal);
    return name.empty() ? std::to_string(signal) : std::string(name);
}

}  // namespace shimtrace::decoders
