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

hang containerd-unresponsive/log-full containerd_log_full 'SIGSTOP to containerd, and the fifo of a shim that logs in detail is full: the shim waits in its logger'
containerd_log_full() {
    containerd_log_level=debug
    start_containerd
    run_detached c1 -- sleep 9999
    local log
    log=$(readlink "/proc/${lab_fact[shim]}/cwd")/log
    stop "$containerd_pid"
    python3 - "$log" <<'PY'
import fcntl, os, sys
log = os.open(sys.argv[1], os.O_RDWR | os.O_NONBLOCK)
for size in (4096, 1):
    try:
        while True:
            os.write(log, b"\n" * size)
    except BlockingIOError:
        pass
PY
    kill -USR1 "${lab_fact[shim]}" # it writes its goroutines into its log …
    eventually 10 "the shim waits in its logger" stays_in_state "${lab_fact[shim]}" S
    kill -TERM "${lab_fact[shim]}" # … and logs this signal after that
    eventually 10 "the shim waits in its logger" stays_in_state "${lab_fact[shim]}" S
    fact log "$log"
    fact culprit "$containerd_pid"
}

hang containerd-unresponsive/gone containerd_gone 'SIGKILL to containerd, then the container exits: nobody tells the shim to delete it'
containerd_gone() {
    start_containerd
    run_detached c1 -- sleep 9999
    kill -KILL "$containerd_pid"
    eventually 10 "containerd is gone" gone "$containerd_pid"
    fact containerd ''
    kill -KILL "${lab_fact[init]}"
    eventually 10 "the shim has reaped the workload" gone "${lab_fact[init]}"
    fact init ''
}
