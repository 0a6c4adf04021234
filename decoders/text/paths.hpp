// Where a path lies, by its text alone: nothing is looked up, and ".." means nothing here.
#pragma once

#include <string_view>

namespace shimtrace::text {

/// At the directory or below it: "/a" and "/a/b" lie in "/a" and in "/a/", "/ab" does not; every absolute path lies in "/", no relative
/// one. Nothing lies in "".
bool lies_in(std::string_view path, std::string_view directory);

}  // namespace shimtrace::text
