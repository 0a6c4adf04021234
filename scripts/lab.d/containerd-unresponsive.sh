hang containerd-unresponsive/stopped containerd_stopped 'SIGSTOP to containerd, then the container exits: the shim cannot publish that'
containerd_stopped() {
    start_containerd
    run_attached c1 -- sleep 9999
    stop "$containerd_pid"
    kill -KILL "${lab_fact[init]}"
    eventually 10 "the shim has reaped the workload" gone "${lab_fact[init]}"
    fact init ''
    fact culprit "$containerd_pid"
}
