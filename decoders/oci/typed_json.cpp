#include "decoders/oci/typed_json.hpp"

#include <array>

namespace shimtrace::oci {

std::string_view name_of(JsonKind kind) {
    constexpr std::array<std::string_view, 7> names{"a string", "true or false", "an integer", "an integer of 0 or more",
                                                    "a number", "an array",      "an object"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view kind_name(const Json& value) {
    if (value.is_string()) return name_of(JsonKind::string);
    if (value.is_boolean()) return name_of(JsonKind::boolean);
    if (value.is_number_integer()) return value.is_number_unsigned() ? "an integer" : "a negative integer";
    if (value.is_number()) return name_of(JsonKind::number);
    if (value.is_array()) return name_of(JsonKind::array);
    if (value.is_object()) return name_of(JsonKind::object);
    return "null";
}

bool is_kind(const Json& value, JsonKind kind) {
    switch (kind) {
        case JsonKind::string:
            return value.is_string();
        case JsonKind::boolean:
            return value.is_boolean();
        case JsonKind::integer:
            return value.is_number_integer();
        case JsonKind::unsigned_integer:
            return value.is_number_unsigned();
        case JsonKind::number:
            return value.is_number();
        case JsonKind::array:
            return value.is_array();
        case JsonKind::object:
            return value.is_object();
    }
    return false;
}

const Json* find(const Json& document, std::string_view pointer) {
    const Json* here = &document;
    while (pointer.starts_with('/')) {
        pointer.remove_prefix(1);
        const std::string_view token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        std::string key;
        for (std::size_t n = 0; n < token.size(); ++n) {  // RFC 6901: ~1 is '/', ~0 is '~'
            const bool escaped = token[n] == '~' && n + 1 < token.size();
            key += escaped ? (token[++n] == '1' ? '/' : '~') : token[n];
        }
        if (here->is_object()) {
            const auto member = here->find(key);
            if (member == here->end()) return nullptr;
            here = &*member;
        } else if (here->is_array() && !key.empty() && key.size() < 8 && key.find_first_not_of("0123456789") == key.npos) {
            const std::size_t index = std::stoul(key);
            if (index >= here->size()) return nullptr;
            here = &(*here)[index];
        } else {
            return nullptr;
        }
    }
    return here->is_null() ? nullptr : here;
}

std::string string_at(const Json& document, std::string_view pointer) {
    const Json* value = find(document, pointer);
    return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

JsonError error_at_pointer(std::string_view text, std::string_view pointer, std::string message) {
    const std::size_t offset = locate(text, pointer);
    return {place_of(text, offset), std::move(message), line_at(text, offset)};
}

}  // namespace shimtrace::oci
