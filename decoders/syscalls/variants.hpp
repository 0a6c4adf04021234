// A row's variants (row.hpp) as rows of their own.
#pragma once

#include "decoders/syscalls/row.hpp"

#include <string_view>
#include <vector>

namespace shimtrace::decoders {

/// A call with a certain value of its selector.
struct Form {
    const Variant* variant;
    SyscallRow row;
    CallFacts facts;
};

/// Those of a row, rising by value.
std::vector<Form> forms_of(const SyscallRow& row);

/// nullptr: its row has no variants, or none of this value.
const Form* find_form(Arch arch, std::int64_t number, const std::array<std::uint64_t, 6>& args);

/// "F_GETFL"; empty: the value of the call's selector has no name.
std::string_view variant_name(const Call& call);

}  // namespace shimtrace::decoders
