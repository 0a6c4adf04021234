// Names of the commands of ioctl, as the kernel's headers for programs have them: what has no row of its own in calls/ioctl*.cpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace shimtrace::decoders {

/// "RTC_RD_TIME"; where several drivers use a number, all their names: "A or B". Empty: nobody's.
std::string_view ioctl_name(std::uint32_t command);

}  // namespace shimtrace::decoders
