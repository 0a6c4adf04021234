// Which connections the kernel translates the addresses of, as /proc/net/nf_conntrack tells: net/netfilter/nf_conntrack_standalone.c.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::host {

/// Addresses as sockets' are shown: "10.0.0.1:80", "[fd00::1]:80".
struct Translation {
    char protocol = 'T';                   ///< T: TCP, U: UDP
    std::string from, to;                  ///< as who has connected sees it
    std::string answers_from, answers_to;  ///< as the other end sees it: its own address, and what it takes for the first one's

    bool operator==(const Translation&) const = default;
};

/// Those alone whose answers come from elsewhere than they went to, or go elsewhere.
std::vector<Translation> parse_translations(std::string_view text);

}  // namespace shimtrace::host
