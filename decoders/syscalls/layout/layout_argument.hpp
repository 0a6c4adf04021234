// Arguments that lead to a struct with a Layout.
#pragma once

#include "decoders/syscalls/layout/struct_layout.hpp"
#include "decoders/syscalls/row.hpp"

namespace shimtrace::decoders {

void capture_value(Capture& capture, const Slot& slot, int level, const Value& value);
void render_value_in(Printer& printer, const Slot& slot, const Value& value);
void render_value_out(Printer& printer, const Slot& slot, const Value& value);

template <const Layout& layout>
void capture_of_layout(Capture& capture, const Slot& slot, int level) {
    capture_value(capture, slot, level, layout);
}
template <const Layout& layout>
void render_of_layout_in(Printer& printer, const Slot& slot) {
    render_value_in(printer, slot, layout);
}
template <const Layout& layout>
void render_of_layout_out(Printer& printer, const Slot& slot) {
    render_value_out(printer, slot, layout);
}

/// That the call reads.
template <const Layout& layout>
constexpr ArgumentType layout_in{.render = render_of_layout_in<layout>, .capture = capture_of_layout<layout>};
/// That it fills; the address where it failed.
template <const Layout& layout>
constexpr ArgumentType layout_out{.phase = Phase::exit, .render = render_of_layout_out<layout>, .capture = capture_of_layout<layout>};

}  // namespace shimtrace::decoders
