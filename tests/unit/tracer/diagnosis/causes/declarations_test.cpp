// A declaration of a cause or a check that lacks a part, or says the same as another, is noticed here.
#include "tracer/diagnosis/causes/all_causes.hpp"
#include "tracer/diagnosis/checks/check.hpp"
#include "tracer/diagnosis/explain_all.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace shimtrace;
using namespace shimtrace::diagnosis;

namespace {

bool is_found_by_a_check(std::string_view word) {
    return std::ranges::any_of(audit::all_checks(), [&](const audit::Check& check) { return check.cause == word; });
}

bool is_a_sentence(std::string_view text) {
    return text.size() > 10 && text.back() == '.';
}

}  // namespace

TEST_CASE("every cause has all of its parts") {
    for (const Cause& cause : all_causes()) {
        CAPTURE(cause.word);
        CHECK(!cause.word.empty());
        CHECK(is_a_sentence(cause.text.meaning));
        CHECK(is_a_sentence(cause.text.recognised));
        CHECK(is_a_sentence(cause.text.mending));
        const bool by_check = is_found_by_a_check(cause.word);
        CHECK((cause.sentence != nullptr) != by_check);
        CHECK(cause.fits.empty() == (by_check || !cause.stuck));
        CHECK(cause.remedies.empty() == !cause.stuck);
        for (const RemedyRow& row : cause.remedies) {
            CAPTURE(row.name);
            CHECK(!row.name.empty());
            CHECK(!row.what.empty());
            CHECK((row.make == nullptr) == by_check);
        }
        for (const Blame& blame : cause.blame) CHECK(!blame.why.empty());
    }
}

TEST_CASE("words, ranks, urgencies and a cause's remedies are each used once") {
    std::set<std::string_view> words;
    std::set<int> ranks, urgencies;
    for (const Cause& cause : all_causes()) {
        CAPTURE(cause.word);
        CHECK(words.insert(cause.word).second);
        CHECK(cause.urgency > 0);  // 0 is what nobody has thought of
        CHECK(urgencies.insert(cause.urgency).second);
        for (const Fit& fit : cause.fits) CHECK(ranks.insert(fit.rank).second);
        std::set<std::string_view> names;
        for (const RemedyRow& row : cause.remedies) CHECK(names.insert(row.name).second);
    }
}

TEST_CASE("every end of a chain is one cause's own, and the last fit takes whatever is left") {
    for (int end = 1; end <= static_cast<int>(RootCause::last); ++end) {
        CAPTURE(end);
        const auto owners = std::ranges::count_if(all_causes(), [&](const Cause& cause) {
            return std::ranges::find(cause.ends, static_cast<RootCause>(end), &End::kind) != cause.ends.end();
        });
        CHECK(owners == 1);
    }
    const Fit* widest = nullptr;
    for (const Cause& cause : all_causes())
        for (const Fit& fit : cause.fits)
            if (widest == nullptr || fit.rank > widest->rank) widest = &fit;
    REQUIRE(widest != nullptr);
    CHECK(widest->ends.empty());
    CHECK(widest->where == Where::anywhere);
    CHECK_FALSE(no_cause().stuck);
}

TEST_CASE("every check has all of its parts; what it says as a cause is one") {
    for (const audit::Check& check : audit::all_checks()) {
        CAPTURE(check.code);
        CHECK((check.look != nullptr) != (check.of_container != nullptr));
        CHECK((check.of_container != nullptr) == !check.cause.empty());
        if (!check.cause.empty()) CHECK(find_cause(check.cause) != nullptr);
    }
    for (const Explained& word : explain_all()) {
        CAPTURE(word.word);
        CHECK((word.is_cause || word.is_finding));
        CHECK(!word.recognised.empty());
        CHECK(!word.mending.empty());
        CHECK(word.is_cause == !word.meaning.empty());
        CHECK(word.is_finding == !word.why_matters.empty());
    }
}
