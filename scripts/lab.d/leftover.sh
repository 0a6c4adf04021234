hang leftover/both-killed leftover_both_killed 'SIGKILL to shim and container while containerd is down: bundle, runc state and cgroup stay'
leftover_both_killed() {
    start_containerd
    run_detached c1 -- sleep 9999
    end_containerd
    kill -KILL "${lab_fact[shim]}" "${lab_fact[init]}"
    # Reaped too: pid 1 has inherited it.
    eventually 20 "both are gone" test ! -d "/proc/${lab_fact[init]}"
    [[ -f /run/containerd/runc/$lab_name/c1/state.json ]] || fail "runc's state did not stay"
    fact shim ''
    fact init ''
}
