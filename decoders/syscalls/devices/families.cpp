// Commands of many numbers or sizes.
#include "decoders/constants/device.hpp"
#include "decoders/syscalls/devices/commands.hpp"

namespace shimtrace::decoders::devices {

namespace families {

using namespace values;

static constexpr Field axis_fields[] = {{"value minimum maximum fuzz flat resolution", u32}};
static constexpr Layout axis{.fields = axis_fields, .brief = 2};
static constexpr Pointed text_here{.value = text, .here = true};
static constexpr Family families[] = {
    {{0x401845c0, Way::takes, axis}, 0x3f, "EVIOCSABS", &input_axes, false},
    {{0x80004506, Way::fills, text_here}, 0, "EVIOCGNAME"},
    {{0x80004507, Way::fills, text_here}, 0, "EVIOCGPHYS"},
    {{0x80004508, Way::fills, text_here}, 0, "EVIOCGUNIQ"},
    {{0x80004509, Way::points}, 0, "EVIOCGPROP"},
    {{0x8000450a, Way::points}, 0, "EVIOCGMTSLOTS"},
    {{0x80004518, Way::points}, 0, "EVIOCGKEY"},
    {{0x80004519, Way::points}, 0, "EVIOCGLED"},
    {{0x8000451a, Way::points}, 0, "EVIOCGSND"},
    {{0x8000451b, Way::points}, 0, "EVIOCGSW"},
    {{0x80004520, Way::points}, 0x1f, "EVIOCGBIT", &input_events},
    {{0x80184540, Way::fills, axis}, 0x3f, "EVIOCGABS", &input_axes, false},
    {{0x80004804, Way::points}, 0, "HIDIOCGRAWNAME"},
    {{0x80004805, Way::points}, 0, "HIDIOCGRAWPHYS"},
    {{0x80004808, Way::points}, 0, "HIDIOCGRAWUNIQ"},
    {{0x80004812, Way::points}, 0, "HIDIOCGPHYS"},
    {{0xc0004806, Way::points}, 0, "HIDIOCSFEATURE"},
    {{0xc0004807, Way::points}, 0, "HIDIOCGFEATURE"},
    {{0x8000552c, Way::points}, 0, "UI_GET_SYSNAME"},
    {{0x80006a13, Way::points}, 0, "JSIOCGNAME"},
    {{0x40006b00, Way::points}, 0, "SPI_IOC_MESSAGE"},
    {{0x40004d00, Way::points}, 0xff, "MIXER_WRITE"},
    {{0x80004d00, Way::points}, 0xff, "MIXER_READ"},
    {{0x8900, Way::points}, 0xff, {}, nullptr, false},
    {{0x80008900, Way::points}, 0xff, {}},
};

}  // namespace families

constinit const std::span<const Family> command_families = families::families;

}  // namespace shimtrace::decoders::devices
