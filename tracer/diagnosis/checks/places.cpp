#include "tracer/diagnosis/checks/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace shimtrace::audit {

namespace {

/// One finding out of many, whose thousands of places cost no more than each by itself.
class Folded {
public:
    explicit Folded(Finding first) : finding_(std::move(first)) {
        for (const Pid pid : finding_.pids) pids_.insert(pid);
        for (const Belief& belief : finding_.beliefs) beliefs_.emplace(belief.who, belief.what);
        for (const Remedy& remedy : finding_.remedies) remedies_.emplace(remedy.text, remedy.command);
    }
    void add(Finding more) {
        std::ranges::move(more.places, std::back_inserter(finding_.places));
        for (const Pid pid : more.pids)
            if (pids_.insert(pid).second) finding_.pids.push_back(pid);
        for (Belief& belief : more.beliefs)
            if (beliefs_.emplace(belief.who, belief.what).second) finding_.beliefs.push_back(std::move(belief));
        for (Remedy& remedy : more.remedies)
            if (remedies_.emplace(remedy.text, remedy.command).second) finding_.remedies.push_back(std::move(remedy));
    }
    /// Its summary names all places.
    [[nodiscard]] Finding take() {
        if (finding_.places.size() < 2) return std::move(finding_);
        finding_.summary = fmt::format("{} places: ", finding_.places.size());
        for (const Place& place : finding_.places) finding_.summary += (&place == finding_.places.data() ? "" : "; ") + place.summary;
        return std::move(finding_);
    }

private:
    Finding finding_;
    std::set<Pid> pids_;
    std::set<std::pair<std::string, std::string>> beliefs_, remedies_;
};

/// Findings of one key are one.
template <typename Key>
std::vector<Finding> fold(std::vector<Finding> findings, Key key) {
    std::vector<Folded> folded;
    std::map<decltype(key(findings.front())), std::size_t> at;
    for (Finding& finding : findings) {
        const auto [found, is_new] = at.try_emplace(key(finding), folded.size());
        if (is_new)
            folded.emplace_back(std::move(finding));
        else
            folded[found->second].add(std::move(finding));
    }
    std::vector<Finding> all;
    all.reserve(folded.size());
    for (Folded& one : folded) all.push_back(one.take());
    return all;
}

}  // namespace

std::vector<Finding> folded(std::vector<Finding> findings) {
    for (Finding& finding : findings) finding.places = {{finding.container, finding.summary, finding.pids}};
    return fold(std::move(findings), [](const Finding& finding) { return std::pair(finding.code, finding.container); });
}

std::vector<Finding> folded_over_containers(std::vector<Finding> findings, std::size_t few) {
    std::map<std::string, std::set<ContainerRef>> containers;
    for (const Finding& finding : findings) containers[finding.code].insert(finding.container);
    std::set<std::string> many;
    for (const auto& [code, of] : containers)
        if (of.size() > few) many.insert(code);
    for (Finding& finding : findings)
        if (many.contains(finding.code)) finding.container = {};
    return fold(std::move(findings), [](const Finding& finding) { return std::pair(finding.code, finding.container); });
}

}  // namespace shimtrace::audit
