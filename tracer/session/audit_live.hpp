// `audit` without its options: the facts gathered, the checks made, and what of it was asked about.
#pragma once

#include "tracer/containerd/audit_facts.hpp"
#include "tracer/output/audit_report.hpp"
#include "tracer/session/targets.hpp"

#include <expected>

namespace shimtrace::session {

/// Whether what looks like a secret is taken out of it first, as for a file that leaves the host.
enum class Secrets { stay, are_taken_out };

/// A TARGET that is of no container is refused: containers are what is audited.
std::expected<output::AuditReport, Refusal> audit_live(const containerd::AuditScope& scope, Secrets secrets = Secrets::stay);

}  // namespace shimtrace::session
