// Gathers what the audit thinks over: files, sockets, cgroups, mounts, the kernel's log. Changes nothing.
#pragma once

#include <shimtrace/audit.hpp>
#include <shimtrace/error.hpp>
#include <shimtrace/work.hpp>

#include <string>
#include <vector>

namespace shimtrace::containerd {

struct AuditScope {
    std::string run_dir;               ///< containerd's state where it can't be found; empty otherwise
    std::string copy;                  ///< a directory that holds a host's /run and /var/lib; empty: this host
    bool ask = false;                  ///< call State on every shim, or on those of `targets`
    std::vector<std::string> targets;  ///< as typed; empty: all
    std::string ns;                    ///< only those of this namespace, containerd's or Kubernetes'; empty: any
    double ask_timeout_s = 2;
    TellWork tell_work = {};
};

Result<AuditFacts> gather_audit_facts(const AuditScope& scope);

/// Paths of /proc/net/unix's sockets that listen. Pure.
std::vector<std::string> listening_paths(std::string_view proc_net_unix);

/// PID of "/proc/PID/exe": a link that the kernel follows by itself, to what no path need lead to. Pure.
std::optional<Pid> process_of_exe_link(std::string_view path);

/// The kills that the kernel's log tells of. Pure.
std::vector<OomKill> parse_oom_kills(std::string_view kernel_log);

}  // namespace shimtrace::containerd
