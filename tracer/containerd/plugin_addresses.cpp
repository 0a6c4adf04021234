#include "tracer/containerd/plugin_addresses.hpp"

#include "tracer/containerd/layout.hpp"
#include "tracer/containerd/mount_views.hpp"

namespace shimtrace::containerd {

std::vector<std::string> plugin_addresses(const Snapshot& listing) {
    std::vector<std::string> addresses;
    const MountViews views(listing);
    for (const MountViews::View& view : views.all())
        for (const Instance& instance : find_layout(listing, view.files, "", views.residents_of(view)).instances)
            addresses.insert(addresses.end(), instance.config.plugin_addresses.begin(), instance.config.plugin_addresses.end());
    return addresses;
}

}  // namespace shimtrace::containerd
