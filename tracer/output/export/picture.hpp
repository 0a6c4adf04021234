// A verdict's chain as a picture: SVG for a page, laid out here, without script, font or any reference outside itself. And the same as a
// list, for whoever cannot see it.
#pragma once

#include <shimtrace/diagnosis.hpp>
#include <shimtrace/snapshot.hpp>

#include <string>
#include <string_view>

namespace shimtrace::output {

/// An <svg> element. Top to bottom, who waits for what, with each arrow's evidence beside it; pods, containers and processes are frames
/// around what is theirs. What else leads to the same verdict stands to the right. `id`: this picture's alone in its page, of letters,
/// digits and '-'; its own ids begin with it. `evidence_beside`: the page has the verdict's evidence in words, which the arrows then do not
/// show. Empty: the verdict has no chain.
std::string wait_picture(const Diagnosis& diagnosis, const Snapshot& snapshot, std::string_view id, bool evidence_beside = false);

/// <ol>…</ol>, a link a line. Empty: the verdict has no chain.
std::string wait_list(const Diagnosis& diagnosis);

/// Once a page, for its <style>: the colours as variables (--ink, --paper, --faint, --line, --box, --bad, --bad-box, --good, --good-box,
/// --warn, --warn-box, --mark), dark where a screen asks for it, and how pictures look.
std::string_view picture_css();

}  // namespace shimtrace::output
