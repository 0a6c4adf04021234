// The functions behind the rows of the table of checks.
#pragma once

#include "tracer/diagnosis/checks/check.hpp"

namespace shimtrace::audit {

// lifecycle_checks.cpp: who lives, and who believes so
void orphaned_container(const ContainerView&, Findings&);
void container_gone(const AuditFacts&, Findings&);
void leftover(const ContainerView&, Findings&);
void shim_without_bundle(const AuditFacts&, Findings&);
void created_not_started(const AuditFacts&, Findings&);
void container_frozen(const AuditFacts&, Findings&);
void zombie_init(const AuditFacts&, Findings&);
void pid_reused(const ContainerView&, Findings&);
void runtime_only(const AuditFacts&, Findings&);
void shim_not_answering(const AuditFacts&, Findings&);
void shim_disagrees(const AuditFacts&, Findings&);
void states_differ(const AuditFacts&, Findings&);  // the last of all: it says what no other has

// file_checks.cpp: what the files hold
void state_missing(const ContainerView&, Findings&);
void state_corrupt(const ContainerView&, Findings&);
void init_pid_mismatch(const ContainerView&, Findings&);
void config_invalid(const ContainerView&, Findings&);
void state_untrusted(const AuditFacts&, Findings&);
void config_nonconformant(const AuditFacts&, Findings&);
void bootstrap_wrong(const AuditFacts&, Findings&);
void hook_unusable(const AuditFacts&, Findings&);
void runtime_failed(const AuditFacts&, Findings&);
void cgroup_driver_mismatch(const AuditFacts&, Findings&);
void cgroup_missing(const AuditFacts&, Findings&);
void cgroup_moved(const AuditFacts&, Findings&);

// host_checks.cpp: what is not of one container alone
void socket_without_listener(const AuditFacts&, Findings&);
void listener_without_file(const AuditFacts&, Findings&);
void containerd_gone(const AuditFacts&, Findings&);
void foreign_shim(const AuditFacts&, Findings&);
void state_directory_shared(const AuditFacts&, Findings&);
void shim_replaced_on_disk(const AuditFacts&, Findings&);
void stdio_fifo_missing(const AuditFacts&, Findings&);
void stdio_fifo_left(const AuditFacts&, Findings&);
void shim_oom_score(const AuditFacts&, Findings&);
void shim_oom_killed(const AuditFacts&, Findings&);
void container_oom_killed(const AuditFacts&, Findings&);

}  // namespace shimtrace::audit
