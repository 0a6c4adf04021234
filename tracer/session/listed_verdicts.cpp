#include "tracer/session/listed_verdicts.hpp"

#include "tracer/containerd/find_target.hpp"
#include "tracer/containerd/listing.hpp"
#include "tracer/output/text/why_text.hpp"

#include <shimtrace/namesakes.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace shimtrace::session {

namespace {

/// A pod that is being made, or taken down: no shim tells of it, but a daemon's call.
ListedContainer pod_without_shim(const Diagnosis& diagnosis) {
    const DiagnosedTarget& target = diagnosis.target;
    ListedContainer row{.container = target.container, .pod_namespace = target.pod_namespace, .pod = target.pod, .name = target.name};
    if (row.container.name.empty()) row.container.name = fmt::format("{}/{}", target.pod_namespace, target.pod);
    row.runc_state = "unknown";
    row.shim_state = "none";
    row.kernel_state = "gone";
    row.state = "no shim";
    if (!diagnosis.calls.empty()) row.waits = diagnosis.calls.front().method;
    return row;
}

/// What why says of each container goes into its row: the cause's word where it is stuck, and since when. The rows are sorted by container;
/// pods without a shim come behind them.
void add_verdicts(std::vector<ListedContainer>& rows, const std::vector<Diagnosis>& diagnoses) {
    const auto take = [](ListedContainer& row, const Diagnosis& diagnosis) {
        row.waits_since_s = diagnosis.since_s;
        row.stuck = diagnosis.stuck;
        row.decided = diagnosis.decided;
        if (diagnosis.stuck || !diagnosis.decided) row.waits = diagnosis.cause;
    };
    std::vector<ListedContainer> pods;
    for (const Diagnosis& diagnosis : diagnoses) {
        const auto named = std::ranges::equal_range(rows, diagnosis.target.container, {}, &ListedContainer::container);
        const auto row = std::ranges::find_if(named, [&](const ListedContainer& each) {
            const bool same_shim = diagnosis.target.role != "shim" || !each.shim || each.shim == diagnosis.target.pid;
            const bool same_place =
                diagnosis.target.place.empty() || (each.files != nullptr && place_of_state(*each.files) == diagnosis.target.place);
            return same_shim && same_place;
        });
        if (row != named.end())
            take(*row, diagnosis);
        else if (!diagnosis.target.pod.empty() && !diagnosis.calls.empty())
            take(pods.emplace_back(pod_without_shim(diagnosis)), diagnosis);
    }
    rows.insert(rows.end(), std::make_move_iterator(pods.begin()), std::make_move_iterator(pods.end()));
}

}  // namespace

output::ContainerList list_with_verdicts(DiagnosisResult seen, const std::string& ns) {
    output::ContainerList list{.snapshot = std::move(seen.snapshot), .rows = {}, .notes = {}, .limits = std::move(seen.limits)};
    list.rows = containerd::list_containers(list.snapshot);
    std::erase_if(list.rows, [&](const ListedContainer& row) {
        return row.files != nullptr ? !containerd::is_in_namespace(*row.files, ns) : !ns.empty() && row.container.ns != ns;
    });
    add_verdicts(list.rows, seen.diagnoses);
    for (const Limit& limit : list.limits) list.notes.push_back("not seen: " + output::limit_text(limit));
    list.notes.insert(list.notes.end(), list.snapshot.read_errors.begin(), list.snapshot.read_errors.end());
    return list;
}

}  // namespace shimtrace::session
