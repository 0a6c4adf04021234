#include "decoders/syscalls/variants.hpp"

#include "decoders/syscalls/argument_types.hpp"
#include "decoders/syscalls/printer.hpp"

namespace shimtrace::decoders {

namespace {

void render_selector(Printer& printer, const Slot& slot) {
    const Event& enter = printer.call().enter();
    const SyscallRow* row = find_row(enter.arch, enter.number);
    const FlagName name{row->variants->is_long ? slot.value : static_cast<std::uint32_t>(slot.value), variant_name(printer.call())};
    printer.constant({row->variants->unknown, std::span(&name, name.name.empty() ? 0 : 1)}, name.value);
}

SyscallRow row_of(const SyscallRow& row, const Variant& variant) {
    SyscallRow made = row;
    made.variants = nullptr;
    if (variant.count >= 0) {
        const std::size_t first = row.variants->selector + std::size_t{1};
        made.count = first + static_cast<std::size_t>(variant.count);
        std::copy_n(variant.table.begin(), variant.count, made.table.begin() + static_cast<std::ptrdiff_t>(first));
    }
    if (variant.result != nullptr) made.result = variant.result;
    if (variant.facts) made.facts = *variant.facts;
    return made;
}

}  // namespace

std::vector<Form> forms_of(const SyscallRow& row) {
    std::vector<Form> forms;
    if (row.variants == nullptr) return forms;
    for (const Variant& variant : row.variants->rows) {
        const SyscallRow made = row_of(row, variant);
        forms.push_back({&variant, made, facts_of(made)});
    }
    std::ranges::sort(forms, {}, [](const Form& form) { return form.variant->value; });
    return forms;
}

std::string_view variant_name(const Call& call) {
    const Form* form = find_form(call.enter().arch, call.enter().number, call.enter().args);
    return form ? form->variant->name : std::string_view();
}

namespace types {

const ArgumentType selector{.render = render_selector};

}  // namespace types

}  // namespace shimtrace::decoders
