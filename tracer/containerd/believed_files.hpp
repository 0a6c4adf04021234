// What containers' files say, as far as it is believed: what is checked is what is read, however fast somebody renames.
#pragma once

#include "tracer/containerd/host_files.hpp"
#include "tracer/containerd/path_trust.hpp"

#include <shimtrace/error.hpp>

#include <cstdint>
#include <string>

namespace shimtrace::containerd {

/// A place below a directory that PathTrust has no doubt of.
struct BelievedPlace {
    std::string directory;
    std::string below;        ///< names from there on
    std::uint32_t owner = 0;  ///< who may own what is there, besides root

    [[nodiscard]] std::string path() const { return directory + "/" + below; }
    /// One in it, which is a directory.
    [[nodiscard]] BelievedPlace in(std::string_view name) const {
        return {directory, below.empty() ? std::string(name) : below + "/" + std::string(name), owner};
    }
};

class BelievedFiles {
public:
    BelievedFiles(const HostFiles& files, PathTrust& trust) : files_(files), trust_(trust) {}

    struct Read {
        Result<std::string> text;
        Doubt doubt;  ///< why it was not believed; then `text` is an Error
    };
    /// A file there. Links that root has made are followed on the way to the directory, and none below it. Everything in a copy is
    /// believed.
    Read read(const BelievedPlace& file, std::size_t limit, Part part = Part::whole);

private:
    const HostFiles& files_;
    PathTrust& trust_;
};

}  // namespace shimtrace::containerd
