#include "decoders/constants/ioctl_names.hpp"

#include "decoders/constants/packed_names.hpp"

namespace shimtrace::decoders {

extern const PackedNames device1_ioctls, device2_ioctls, graphics_ioctls, media_ioctls, sound_ioctls, storage1_ioctls, storage2_ioctls, terminal_network1_ioctls, terminal_network2_ioctls, virtual_ioctls, zfs_ioctls;

std::string_view ioctl_name(std::uint32_t command) {
    for (const PackedNames* names : {&device1_ioctls, &device2_ioctls, &graphics_ioctls, &media_ioctls, &sound_ioctls, &storage1_ioctls, &storage2_ioctls, &terminal_network1_ioctls, &terminal_network2_ioctls, &virtual_ioctls, &zfs_ioctls})
        if (const std::string_view name = names->name_of(command); !name.empty()) return name;
    return {};
}

}  // namespace shimtrace::decoders
