hang stdio-held-open/exec held_open_exec 'an exec whose daemon keeps its stdout, and a reader that waits for its end: `ctr task exec -d … sh -c "setsid sleep 9999 & exit 0"`'
held_open_exec() {
    start_containerd
    run_detached c1 -- sleep 8888
    # containerd 1.6 and later take down the copy 2 s after they are told to delete the exec. Who reads its output tells them at the end of that: as CRI's
    # ExecSync and `docker exec` do, this reader waits for an end that does not come.
    quietly ctr task exec -d --exec-id e1 --fifo-dir "$lab_dir/fifo" c1 sh -c 'setsid sleep 9999 & exit 0' </dev/null
    local holder fifo
    eventually 20 "the daemon runs" remember holder lab_process 'sleep 9999 '
    eventually 10 "the exec has a fifo" remember fifo exec_fifo
    apart cat "$fifo" >/dev/null
    fact client "$apart_pid"
    fact culprit "$holder"
    eventually 10 "the exec has ended, and its daemon stays" orphan_in_container "$holder"
    eventually 10 "the reader waits for the end" stays_in_call "${lab_fact[client]}" 0
}

exec_fifo() { readlink "/proc/${lab_fact[shim]}/fd"/* | grep -m1 -- '/e1-stdout$'; }

# Its parent has ended, so that it has come to the container's init.
orphan_in_container() { [[ $(parent_of "$1") == "${lab_fact[init]}" || $(parent_of "$1") == "${lab_fact[shim]}" ]]; }
