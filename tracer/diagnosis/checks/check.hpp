// The audit: every contradiction between what containerd, shim, runc and the kernel each believe. Pure.
#pragma once

#include <shimtrace/audit.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace shimtrace::audit {

/// Where a check's findings go. `of` is the row's: code, severity and why are filled in.
class Findings {
public:
    explicit Findings(std::vector<Finding>& all) : all_(all) {}
    Finding& add(const ContainerRef& container, std::string summary);
    /// Of one of these codes something was found for it already.
    [[nodiscard]] bool has(const ContainerRef& container, std::span<const std::string_view> codes) const;

private:
    friend std::vector<Finding> run(const AuditFacts& facts);
    std::vector<Finding>& all_;
    const struct Check* check_ = nullptr;
};

/// One row: what is checked, how bad it is, and why it matters.
struct Check {
    std::string_view code;
    Severity severity;
    bool needs_kernel;  ///< says nothing over a copy of a host's files
    std::string_view why;
    void (*look)(const AuditFacts& facts, Findings& findings);
};

/// Every check, in the order in which they are made.
std::span<const Check> all_checks();

/// The worst first; within one severity by container.
std::vector<Finding> run(const AuditFacts& facts);

/// The command line to use for a container: `runc --root /run/containerd/runc/NS`.
std::string runtime_command(const ContainerFiles& files);

/// What runc's or crun's error means and what to do, for the common ones; empty: nothing is known.
std::string_view explain_runtime_error(std::string_view message);

}  // namespace shimtrace::audit
