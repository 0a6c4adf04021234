// A Go executable to lie about.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <vector>

/// The bytes of $FUZZ_GO, else of runc; none where there is no such file.
inline std::vector<std::byte> sound_executable() {
    const char* const named = std::getenv("FUZZ_GO");
    std::ifstream file(named != nullptr ? named : "/usr/sbin/runc", std::ios::binary | std::ios::ate);
    std::vector<std::byte> result(static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg())));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(result.data()), static_cast<std::streamsize>(result.size()));
    return result;
}
