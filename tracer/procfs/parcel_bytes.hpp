// Values as the bytes of a parcel (stand_in.hpp): both ends are this program.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace shimtrace::host {

template <typename Value>
void put(std::string& bytes, const Value& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// False: there are too few.
template <typename Value>
bool take(std::string_view& bytes, Value& value) {
    if (bytes.size() < sizeof value) return false;
    std::memcpy(static_cast<void*>(&value), bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return true;
}

}  // namespace shimtrace::host
