#include "tracer/procfs/read_errors.hpp"

#include "tracer/procfs/proc_directory.hpp"

#include <cerrno>
#include <cstring>

namespace shimtrace::host {

void ReadErrors::note(std::string_view what, int error) {
    if (!vanished(error)) ++counts_[{std::string(what), error}];
}

void ReadErrors::merge(const ReadErrors& other) {
    for (const auto& [key, count] : other.counts_) counts_[key] += count;
    others_.insert(others_.end(), other.others_.begin(), other.others_.end());
}

std::vector<std::string> ReadErrors::texts() const {
    std::vector<std::string> texts = others_;
    for (const auto& [key, count] : counts_) {
        const auto& [what, error] = key;
        std::string text = what + " of " + std::to_string(count) + (count == 1 ? " process: " : " processes: ") + strerrordesc_np(error);
        if (error == EACCES || error == EPERM) text += " (run as root)";
        texts.push_back(std::move(text));
    }
    return texts;
}

}  // namespace shimtrace::host
