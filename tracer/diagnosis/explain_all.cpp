#include "tracer/diagnosis/explain_all.hpp"

#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/checks/check.hpp"

#include <algorithm>

namespace shimtrace::diagnosis {

namespace {

std::vector<std::string> references(std::string_view list) {
    std::vector<std::string> all;
    while (!list.empty()) {
        all.emplace_back(list.substr(0, list.find(", ")));
        list.remove_prefix(std::min(list.size(), all.back().size() + 2));
    }
    return all;
}

Explained explain(const Cause& cause) {
    Explained made{.word = std::string(cause.word),
                   .is_cause = true,
                   .meaning = std::string(cause.text.meaning),
                   .recognised = std::string(cause.text.recognised),
                   .mending = std::string(cause.text.mending),
                   .seen = references(cause.text.seen)};
    for (const RemedyRow& row : cause.remedies)
        made.remedies.push_back({std::string(row.name), std::string(row.what), std::string(row.command)});
    return made;
}

void take(Explained& made, const audit::Check& check) {
    made.is_finding = true;
    made.severity = check.severity == Severity::error ? "error" : "warning";
    made.why_matters = check.why;
}

}  // namespace

std::vector<Explained> explain_all() {
    std::vector<Explained> all;
    for (const Cause& cause : all_causes()) all.push_back(explain(cause));
    for (const audit::Check& check : audit::all_checks()) {
        const auto known = std::ranges::find(all, check.code, &Explained::word);
        if (known != all.end()) {
            take(*known, check);
            continue;
        }
        Explained made{.word = std::string(check.code),
                       .cause = std::string(check.cause),
                       .recognised = std::string(check.recognised),
                       .mending = std::string(check.mending)};
        take(made, check);
        all.push_back(std::move(made));
    }
    return all;
}

}  // namespace shimtrace::diagnosis
