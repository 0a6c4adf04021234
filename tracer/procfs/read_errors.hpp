// What could not be read, gathered so that a thousand refusals are one line.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace shimtrace::host {

class ReadErrors {
public:
    /// `what` reads as in "descriptors of 12 processes". A process that has vanished leaves no gap.
    void note(std::string_view what, int error);
    void add(std::string text) { others_.push_back(std::move(text)); }
    void merge(const ReadErrors& other);
    [[nodiscard]] std::vector<std::string> texts() const;

private:
    std::map<std::pair<std::string, int>, std::size_t> counts_;
    std::vector<std::string> others_;
};

}  // namespace shimtrace::host
