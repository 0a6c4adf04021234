#include "decoders/oci/config.hpp"

#include "decoders/oci/config_rules.hpp"
#include "decoders/oci/outline.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace shimtrace::oci {

namespace {

constexpr std::size_t most_problems = 50;

std::string pointer_token(std::string_view key) {
    std::string token;
    for (const char c : key) c == '~' ? token += "~0" : c == '/' ? token += "~1" : token += c;
    return token;
}

/// "mounts[2].destination" for "/mounts/2/destination".
std::string spoken(std::string_view pointer) {
    std::string words;
    while (pointer.starts_with('/')) {
        pointer.remove_prefix(1);
        const std::string_view token = pointer.substr(0, pointer.find('/'));
        pointer.remove_prefix(token.size());
        if (!token.empty() && token.find_first_not_of("0123456789") == token.npos)
            words += fmt::format("[{}]", token);
        else
            words += fmt::format("{}{}", words.empty() ? "" : ".", token);
    }
    return words;
}

bool is_word_of(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::string_view first = words.substr(0, words.find(' '));
        if (first == word) return true;
        words.remove_prefix(std::min(words.size(), first.size() + 1));
    }
    return false;
}

class Checker {
public:
    Checker(std::string_view text, const Json& document, std::vector<ConfigProblem>& problems)
        : text_(text), document_(document), problems_(problems) {}

    void check(const ConfigRule& rule) { descend(rule, rule.pattern, document_, ""); }

private:
    /// Walks along `pattern` from `here`, which `pointer` names; at each `*` into every element.
    void descend(const ConfigRule& rule, std::string_view pattern, const Json& here, const std::string& pointer) {
        if (problems_.size() >= most_problems) return;
        if (pattern.empty()) return value(rule, here, pointer);
        pattern.remove_prefix(1);
        const std::string_view token = pattern.substr(0, pattern.find('/'));
        pattern.remove_prefix(token.size());
        if (token == "*") {
            if (!here.is_structured()) return;  // its own rule has said so
            for (const auto& [key, element] : here.items()) descend(rule, pattern, element, pointer + "/" + pointer_token(key));
            return;
        }
        if (!here.is_object()) return;
        const auto member = here.find(token);
        const std::string inner = fmt::format("{}/{}", pointer, token);
        if (member != here.end() && !member->is_null()) return descend(rule, pattern, *member, inner);
        if (pattern.empty() && rule.required) problem(inner, fmt::format("{} is missing", spoken(inner)));
    }

    void value(const ConfigRule& rule, const Json& here, const std::string& pointer) {
        if (here.is_null()) return;
        if (!is_kind(here, rule.kind))
            return problem(pointer, fmt::format("{} is {}, not {}", spoken(pointer), kind_name(here), name_of(rule.kind)));
        const std::string text = here.is_string() ? here.get<std::string>() : "";
        switch (rule.demand) {
            case Demand::none:
                break;
            case Demand::absolute_path:
            case Demand::should_be_absolute:
                if (!text.starts_with('/') && !(text.empty() && !rule.required)) {
                    problem(pointer, fmt::format("{} is no absolute path", spoken(pointer)), rule.demand == Demand::absolute_path);
                }
                break;
            case Demand::not_empty:
                if (here.is_string() ? text.empty() : here.empty()) problem(pointer, fmt::format("{} is empty", spoken(pointer)));
                break;
            case Demand::version:
                if (!text.starts_with("1."))
                    problem(pointer, fmt::format("{} is no version 1 of the specification", spoken(pointer)), false);
                break;
            case Demand::one_of:
                if (!text.empty() || rule.required) {
                    if (!is_word_of(rule.words, text)) problem(pointer, fmt::format("{} is none of: {}", spoken(pointer), rule.words));
                }
                break;
        }
    }

    void problem(const std::string& pointer, std::string message, bool refused = true) {
        problems_.push_back({error_at_pointer(text_, pointer, std::move(message)), refused});
    }

    std::string_view text_;
    const Json& document_;
    std::vector<ConfigProblem>& problems_;
};

std::vector<std::string> strings_at(const Json& document, std::string_view pointer) {
    std::vector<std::string> strings;
    const Json* list = find(document, pointer);
    if (list == nullptr || !list->is_array()) return strings;
    for (const Json& entry : *list) {
        if (entry.is_string()) strings.push_back(entry.get<std::string>());
    }
    return strings;
}

std::vector<Hook> read_hooks(std::string_view text, const Json& document) {
    std::vector<Hook> hooks;
    const Json* kinds = find(document, "/hooks");
    if (kinds == nullptr || !kinds->is_object()) return hooks;
    for (const auto& [kind, list] : kinds->items()) {
        if (!list.is_array()) continue;
        for (std::size_t n = 0; n < list.size() && hooks.size() < 100; ++n) {
            Hook hook;
            hook.kind = kind;
            hook.path = string_at(list[n], "/path");
            hook.arguments = strings_at(list[n], "/args");
            if (const Json* timeout = find(list[n], "/timeout"); timeout != nullptr && timeout->is_number_integer()) {
                hook.timeout_s = timeout->get<std::int64_t>();
            }
            hook.place = place_of(text, locate(text, fmt::format("/hooks/{}/{}/path", pointer_token(kind), n)));
            hooks.push_back(std::move(hook));
        }
    }
    return hooks;
}

Config read(std::string_view text, const Json& document) {
    Config config;
    config.oci_version = string_at(document, "/ociVersion");
    config.arguments = strings_at(document, "/process/args");
    config.root = string_at(document, "/root/path");
    config.cgroups_path = string_at(document, "/linux/cgroupsPath");
    const Json* terminal = find(document, "/process/terminal");
    config.terminal = terminal != nullptr && terminal->is_boolean() && terminal->get<bool>();
    config.hooks = read_hooks(text, document);
    if (const Json* namespaces = find(document, "/linux/namespaces"); namespaces != nullptr && namespaces->is_array()) {
        for (const Json& each : *namespaces) config.namespaces.push_back({string_at(each, "/type"), string_at(each, "/path")});
    }
    if (const Json* annotations = find(document, "/annotations"); annotations != nullptr && annotations->is_object()) {
        for (const auto& [key, value] : annotations->items()) {
            if (value.is_string()) config.annotations[key] = value.get<std::string>();
        }
    }
    return config;
}

/// What read() asks for.
constexpr std::string_view read_places[] = {"/ociVersion",       "/process/args", "/process/terminal", "/root/path", "/linux/cgroupsPath",
                                            "/linux/namespaces", "/hooks",        "/annotations"};

Outline config_outline() {
    std::vector<OutlinePlace> places;
    for (const ConfigRule& rule : config_rules) places.push_back({.pattern = rule.pattern, .required = rule.required});
    for (const std::string_view pointer : read_places) places.push_back({.pattern = pointer, .kept = true});
    return Outline(places);
}

template <typename Number>
bool is_whole(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

bool is_surely(JsonKind kind, std::string_view value) {
    const char first = value.front();
    switch (kind) {
        case JsonKind::string:
            return first == '"';
        case JsonKind::boolean:
            return first == 't' || first == 'f';
        case JsonKind::integer:
            return is_whole<std::int64_t>(value) || is_whole<std::uint64_t>(value);
        case JsonKind::unsigned_integer:
            return is_whole<std::uint64_t>(value);
        case JsonKind::number:
            return first == '-' || (first >= '0' && first <= '9');
        case JsonKind::array:
            return first == '[';
        case JsonKind::object:
            return first == '{';
    }
    return false;
}

/// Whether the value at config_rules[place] surely is no problem.
bool suits(std::size_t place, std::string_view value) {
    const ConfigRule& rule = config_rules[place];
    if (!is_surely(rule.kind, value)) return false;
    const std::string_view inside = value.size() < 2 ? value : value.substr(1, value.size() - 2);
    switch (rule.demand) {
        case Demand::none:
            return true;
        case Demand::absolute_path:
        case Demand::should_be_absolute:
            return inside.starts_with('/') || (inside.empty() && !rule.required);
        case Demand::not_empty:
            return inside.find_first_not_of(value.front() == '"' ? "" : " \t\r\n") != inside.npos;
        case Demand::version:
            return inside.starts_with("1.");
        case Demand::one_of:
            return (inside.empty() && !rule.required) || is_word_of(rule.words, inside);
    }
    return false;
}

}  // namespace

std::expected<CheckedConfig, JsonError> parse_config(std::string_view text) {
    static const Outline outline = config_outline();
    const auto seen = read_outline(text, outline, suits);
    if (!seen) return std::unexpected(seen.error());
    if (*seen) return CheckedConfig{read(text, **seen), {}};

    const auto document = parse_json(text);
    if (!document) return std::unexpected(document.error());
    CheckedConfig checked;
    if (!document->is_object()) {
        checked.problems.push_back({error_at_pointer(text, "", fmt::format("{} where an object had to stand", kind_name(*document)))});
        return checked;
    }
    checked.config = read(text, *document);
    Checker checker(text, *document, checked.problems);
    for (const ConfigRule& rule : config_rules) checker.check(rule);
    return checked;
}

}  // namespace shimtrace::oci
