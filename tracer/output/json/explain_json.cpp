#include "tracer/output/json/explain_json.hpp"

#include "tracer/output/text/explain_text.hpp"

namespace shimtrace::output {

nlohmann::ordered_json explain_json(std::span<const Explained> words) {
    using Json = nlohmann::ordered_json;
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    Json all = Json::array();
    for (const Explained& word : words) {
        Json kinds = Json::array(), seen = Json::array(), remedies = Json::array();
        if (word.is_cause) kinds.push_back("cause");
        if (word.is_finding) kinds.push_back("audit");
        for (const std::string& reference : word.seen) seen.push_back(reference_url(reference));
        for (const ExplainedRemedy& remedy : word.remedies)
            remedies.push_back({{"name", remedy.name}, {"text", remedy.what}, {"command", remedy.command}});
        all.push_back({{"word", word.word},
                       {"kinds", std::move(kinds)},
                       {"severity", or_null(word.severity)},
                       {"cause", or_null(word.is_cause ? word.word : word.cause)},
                       {"meaning", or_null(word.meaning)},
                       {"why", or_null(word.why_matters)},
                       {"recognised", word.recognised},
                       {"what_to_do", word.mending},
                       {"remedies", std::move(remedies)},
                       {"seen", std::move(seen)}});
    }
    return {{"schema", "shimtrace.explain/1"}, {"words", std::move(all)}};
}

}  // namespace shimtrace::output
