#include "tracer/cli/asked_about.hpp"

#include "tracer/cli/command.hpp"
#include "tracer/session/saved_snapshot.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace shimtrace::cli {

namespace {

/// No name of a container begins so.
bool looks_like_path(const std::string& word) {
    return std::ranges::any_of(std::initializer_list<const char*>{"/", "./", "../"},
                               [&](const char* begin) { return word.starts_with(begin); });
}

}  // namespace

AskedAbout asked_about(const std::vector<std::string>& words) {
    AskedAbout asked{.file = {}, .targets = words};
    const auto file = std::ranges::find_if(words, session::is_saved_snapshot);
    if (file == words.end()) return asked;
    asked.file = *file;
    std::erase(asked.targets, asked.file);
    return asked;
}

int report_not_found(const session::Refusal& refusal, const std::vector<std::string>& words) {
    if (refusal.usage) return report(refusal);
    for (const std::string& word : words) {
        if (::access(word.c_str(), F_OK) == 0)
            return report({word + " is no container's name, and the file of that name is no recording"}, exit_failed);
        if (looks_like_path(word)) return report({fmt::format("no such file: {}", word)}, exit_failed);
    }
    return report(refusal);
}

}  // namespace shimtrace::cli
