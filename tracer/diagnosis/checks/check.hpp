// The audit: every contradiction between what containerd, shim, runc and the kernel each believe. Pure.
#pragma once

#include <shimtrace/audit.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace shimtrace::diagnosis {
class Facts;
}

namespace shimtrace::audit {

struct Check;
struct ContainerView;
struct CauseFinding;

/// Where a check's findings go. `of` is the row's: code, severity and why are filled in.
class Findings {
public:
    explicit Findings(std::vector<Finding>& all) : all_(all) {}
    Finding& add(const ContainerRef& container, std::string summary);
    /// Something was found for it already that tells why its three states differ.
    [[nodiscard]] bool tells_states(const ContainerRef& container) const { return told_.contains(container); }

private:
    friend std::vector<Finding> run(const AuditFacts& facts);
    friend std::vector<CauseFinding> findings_of(const diagnosis::Facts& facts, const ContainerFiles& files);
    std::vector<Finding>& all_;
    std::set<ContainerRef> told_;
    const Check* check_ = nullptr;
};

/// One declaration: what is checked, how bad it is, why it matters, by what it is recognised and what to do.
struct Check {
    std::string_view code;
    Severity severity;
    bool needs_kernel;  ///< says nothing over a copy of a host's files
    std::string_view why;
    std::string_view recognised, mending;  ///< for people; empty where the cause of the same word has them
    void (*look)(const AuditFacts& facts, Findings& findings);
    /// Instead of `look`: asked of each container by itself, by `why` as well. Then `cause` is the word by which `why` says it.
    void (*of_container)(const ContainerView& subject, Findings& findings) = nullptr;
    std::string_view cause = {};
    bool tells_states = false;  ///< why runc, the shim and the kernel see different states: then `states-differ` has nothing to add
};

/// Every check, in the order in which they are made.
std::span<const Check> all_checks();

/// The worst first; within one severity by container.
std::vector<Finding> run(const AuditFacts& facts);

struct CauseFinding {
    std::string_view cause;
    Finding finding;
};

/// What `why` says of one container: by the same checks, from a snapshot alone.
std::vector<CauseFinding> findings_of(const diagnosis::Facts& facts, const ContainerFiles& files);

/// What runc's or crun's error means and what to do, for the common ones; empty: nothing is known.
std::string_view explain_runtime_error(std::string_view message);

}  // namespace shimtrace::audit
