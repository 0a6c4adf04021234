#include "tracer/diagnosis/causes/remedy_commands.hpp"

#include "tracer/diagnosis/graph/describe.hpp"

#include <fmt/format.h>

namespace shimtrace::diagnosis {

std::string shell_word(std::string_view text) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:@%+=,";
    if (!text.empty() && text.find_first_not_of(plain) == text.npos) return std::string(text);
    std::string word = "'";
    for (const char c : printable(text, 4096)) {
        if (c == '\'')
            word += "'\\''";
        else
            word += c;
    }
    return word + "'";
}

std::string thaw_command(const Cgroup& cgroup) {
    return cgroup.v2 ? "echo 0 > " + shell_word(fmt::format("/sys/fs/cgroup{}/cgroup.freeze", cgroup.frozen_by))
                     : "echo THAWED > " + shell_word(fmt::format("/sys/fs/cgroup/freezer{}/freezer.state", cgroup.frozen_by));
}

}  // namespace shimtrace::diagnosis
