// Expected failures are values: what was tried, on what, why it failed, and what to do about it.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace shimtrace {

struct Error {
    std::string what;  ///< what was tried and on what: "attach to thread 4711"
    int number = 0;    ///< errno, or 0 where the kernel was not involved
    std::string hint;  ///< what the user can do: "needs CAP_SYS_PTRACE: run as root"; may be empty

    /// One line for a person: "attach to thread 4711: Operation not permitted (needs CAP_SYS_PTRACE: run as root)".
    [[nodiscard]] std::string message() const;
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string what, int number = 0, std::string hint = {}) {
    return std::unexpected(Error{std::move(what), number, std::move(hint)});
}

}  // namespace shimtrace
