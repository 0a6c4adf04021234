// What handles faults (linux/userfaultfd.h), and virtual machines (linux/kvm.h).
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"

namespace shimtrace::decoders::devices {

namespace memory {

using namespace values;

static constexpr Field range_fields[] = {{"start len", x64}};
static constexpr Layout range{range_fields};
static constexpr Field asked_interface_fields[] = {{"api", x64}, {"features", flags64(fault_features)}};
static constexpr Field told_interface_fields[] = {{"features", at(8, when(Shown::if_changed, flags64(fault_features)))},
                                                  {"ioctls", flags64(fault_commands)}};
static constexpr Field registered_fields[] = {{"range", range}, {"mode", flags64(fault_modes)}};
static constexpr Field possible_fields[] = {{"ioctls", at(24, flags64(fault_range_commands))}};
static constexpr Field copied_fields[] = {{"dst src len", x64}, {"mode", flags64(fault_copy)}};
static constexpr Field copy_fields[] = {{"copy", at(32, x64)}};
static constexpr Field zeroed_fields[] = {{"range", range}, {"mode", flags64(fault_zero)}};
static constexpr Field zero_fields[] = {{"zeropage", at(24, x64)}};
static constexpr Layout asked_interface{asked_interface_fields}, told_interface{told_interface_fields}, registered{registered_fields},
    possible{possible_fields}, copied{copied_fields}, copy{copy_fields}, zeroed{zeroed_fields}, zero{zero_fields};

static constexpr Command rows[] = {
    {0x8010aa01, Way::takes, range},                                // UFFDIO_UNREGISTER
    {0x8010aa02, Way::takes, range},                                // UFFDIO_WAKE
    {0xc018aa3f, Way::completes, asked_interface, told_interface},  // UFFDIO_API
    {0xc020aa00, Way::completes, registered, possible},             // UFFDIO_REGISTER
    {0xc020aa04, Way::completes, zeroed, zero},                     // UFFDIO_ZEROPAGE
    {0xc028aa03, Way::completes, copied, copy},                     // UFFDIO_COPY
};

}  // namespace memory

constinit const std::span<const Command> memory_commands = memory::rows;

}  // namespace shimtrace::decoders::devices
