#include "decoders/constants/flag_set.hpp"

#include <charconv>

namespace shimtrace::decoders {

const FlagName* NamesOf::next_listed() {
    while (*list_ != '\0') {
        const std::string_view left(list_);
        const std::string_view word = left.substr(0, left.find(' '));
        list_ += word.size() + (word.size() < left.size() ? 1 : 0);
        const bool is_hex = word.starts_with("0x");
        const char* const end = word.data() + word.size();
        std::uint64_t number = 0;
        if (std::from_chars(word.data() + (is_hex ? 2 : 0), end, number, is_hex ? 16 : 10).ptr == end) {
            value_ = number;
            continue;
        }
        listed_ = {value_, word};  // "1<<RTC_FEATURE_ALARM" is a name
        value_ = of_bits_ ? value_ << 1 : value_ + 1;
        return &listed_;
    }
    return nullptr;
}

}  // namespace shimtrace::decoders
