#include "tracer/containerd/believed_files.hpp"

#include <cerrno>
#include <utility>

namespace shimtrace::containerd {

BelievedFiles::Read BelievedFiles::read(const BelievedPlace& file, std::size_t limit, Part part) {
    FileBelow found = files_.read_below(trust_.without_links(file.directory, file.owner), file.below, limit, part);
    Doubt doubt;
    for (const FileFacts& step : found.way)
        if (doubt.empty()) doubt = doubt_of_entry(step, file.owner);
    if (doubt.empty() && !found.text && found.text.error().number == ELOOP) doubt = "a symbolic link is on its way";
    if (doubt.empty()) return {std::move(found.text), {}};
    return {fail("read " + file.path(), 0, "it is not believed: others may have written it"), std::move(doubt)};
}

}  // namespace shimtrace::containerd
