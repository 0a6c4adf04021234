// Commands of ioctl: graphics.
#include "decoders/constants/packed_names.hpp"

namespace shimtrace::decoders {

static constexpr NamedNumber graphics_ioctl_rows[] = {
    {0x4101, "AGPIOC_ACQUIRE or APM_IOC_STANDBY"},
    {0x4102, "AGPIOC_RELEASE or APM_IOC_SUSPEND"},
    {0x410a, "AGPIOC_CHIPSET_FLUSH"},
    {0x4688, "FBIO_WAITEVENT"},
    {0x40044107, "AGPIOC_DEALLOCATE"},
    {0x40044620, "FBIO_WAITFORVSYNC"},
    {0x40046efa, "SISFB_SET_AUTOMAXIMIZE_OLD"},
    {0x4004f303, "SISFB_SET_AUTOMAXIMIZE"},
    {0x4004f304, "SISFB_SET_TVPOSOFFSET"},
    {0x4004f306, "SISFB_SET_LOCK"},
    {0x40084004, "FBIO_RADEON_SET_MIRROR"},
    {0x40084103, "AGPIOC_SETUP"},
    {0x40084104, "AGPIOC_RESERVE"},
    {0x40084105, "AGPIOC_PROTECT"},
    {0x40084108, "AGPIOC_BIND"},
    {0x40084109, "AGPIOC_UNBIND"},
    {0x40086ef8, "MATROXFB_SET_OUTPUT_CONNECTION"},
    {0x40086efa, "MATROXFB_SET_OUTPUT_MODE"},
    {0x80046ef8, "SISFB_GET_INFO_OLD"},
    {0x80046ef9, "SISFB_GET_VBRSTATUS_OLD"},
    {0x80046efa, "SISFB_GET_AUTOMAXIMIZE_OLD"},
    {0x8004f300, "SISFB_GET_INFO_SIZE"},
    {0x8004f302, "SISFB_GET_VBRSTATUS"},
    {0x8004f303, "SISFB_GET_AUTOMAXIMIZE"},
    {0x8004f304, "SISFB_GET_TVPOSOFFSET"},
    {0x80084003, "FBIO_RADEON_GET_MIRROR"},
    {0x80084100, "AGPIOC_INFO"},
    {0x80084689, "FBIO_GETCONTROL2"},
    {0x80086ef8, "MATROXFB_GET_OUTPUT_CONNECTION"},
    {0x80086ef9, "MATROXFB_GET_AVAILABLE_OUTPUTS"},
    {0x80086efb, "MATROXFB_GET_ALL_OUTPUTS"},
    {0x80204612, "FBIOGET_VBLANK"},
    {0x811cf301, "SISFB_GET_INFO"},
    {0xc0084106, "AGPIOC_ALLOCATE"},
    {0xc0086efa, "MATROXFB_GET_OUTPUT_MODE"},
    {0xc054f305, "SISFB_COMMAND"},
    {0xc0684608, "FBIO_CURSOR"},
};
static constexpr auto graphics_ioctl_store = pack_names<graphics_ioctl_rows>();
extern const PackedNames graphics_ioctls;
const PackedNames graphics_ioctls = graphics_ioctl_store;

}  // namespace shimtrace::decoders
