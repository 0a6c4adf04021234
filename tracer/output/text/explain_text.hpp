// `explain` for people: at the terminal, and as the pages of docs/.
#pragma once

#include <shimtrace/explained.hpp>

#include <span>
#include <string>
#include <vector>

namespace shimtrace::output {

/// One line a word: the causes, then audit's codes.
std::string explain_list(std::span<const Explained> words);

std::string explain_text(const Explained& word);

/// A remedy that was carried out on a real hang, which was over then.
struct SeenToWork {
    std::string cause, remedy;
    std::string generation;  ///< of containerd: "1.6"
};

std::string causes_markdown(std::span<const Explained> words, std::span<const SeenToWork> seen);
std::string audit_markdown(std::span<const Explained> words);

/// "https://github.com/containerd/containerd/issues/11511" of "containerd#11511".
std::string reference_url(std::string_view reference);

}  // namespace shimtrace::output
