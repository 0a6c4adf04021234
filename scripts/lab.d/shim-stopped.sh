hang shim-stopped/signal shim_stopped 'SIGSTOP to the shim'
shim_stopped() {
    start_containerd
    run_detached c1 -- sleep 9999
    stop "${lab_fact[shim]}"
    fact culprit "${lab_fact[shim]}"
}
