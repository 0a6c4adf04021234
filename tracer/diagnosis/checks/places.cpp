#include "tracer/diagnosis/checks/places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace shimtrace::audit {

namespace {

bool same(const Belief& a, const Belief& b) {
    return a.who == b.who && a.what == b.what;
}
bool same(const Remedy& a, const Remedy& b) {
    return a.text == b.text && a.command == b.command;
}
bool same(Pid a, Pid b) {
    return a == b;
}

template <typename Item>
void unite(std::vector<Item>& all, std::vector<Item> more) {
    for (Item& item : more) {
        const bool known = std::ranges::any_of(all, [&](const Item& each) { return same(each, item); });
        if (!known) all.push_back(std::move(item));
    }
}

void add_place(Finding& finding, Finding more) {
    for (Place& place : more.places) finding.places.push_back(std::move(place));
    unite(finding.pids, std::move(more.pids));
    unite(finding.beliefs, std::move(more.beliefs));
    unite(finding.remedies, std::move(more.remedies));
}

/// Findings of one key are one; its summary then names all places.
template <typename Key>
std::vector<Finding> fold(std::vector<Finding> findings, Key key) {
    std::vector<Finding> folded;
    std::map<decltype(key(findings.front())), std::size_t> at;
    for (Finding& finding : findings) {
        const auto [found, is_new] = at.try_emplace(key(finding), folded.size());
        if (is_new)
            folded.push_back(std::move(finding));
        else
            add_place(folded[found->second], std::move(finding));
    }
    for (Finding& finding : folded) {
        if (finding.places.size() < 2) continue;
        finding.summary = fmt::format("{} places: ", finding.places.size());
        for (const Place& place : finding.places) finding.summary += (&place == finding.places.data() ? "" : "; ") + place.summary;
    }
    return folded;
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
