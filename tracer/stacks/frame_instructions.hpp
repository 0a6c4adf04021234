// The instructions of .eh_frame that a CIE and an FDE consist of, as far as unwinding needs to know them beside libunwind.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace shimtrace::stacks {

/// Where in these instructions aarch64's say that the return address is signed from here on, or no longer is
/// (DW_CFA_AARCH64_negate_ra_state and …_with_pc): offsets, in order. An instruction that is not known ends them, as does what is cut off.
std::vector<std::size_t> signature_toggles(std::span<const std::byte> instructions);

}  // namespace shimtrace::stacks
