hang stdio-held-open/exec held_open_exec 'an exec whose daemon keeps its stdout: `ctr task exec … sh -c "setsid sleep 9999 & exit 0"`'
held_open_exec() {
    start_containerd
    run_detached c1 -- sleep 8888
    exec_in c1 sh -c 'setsid sleep 9999 & exit 0'
    local holder
    eventually 20 "the daemon runs" remember holder lab_process 'sleep 9999 '
    eventually 10 "the exec has ended, and its daemon stays" orphan_in_container "$holder"
    # Without the daemon the client would have ended by now.
    sleep 0.5
    gone "$client" && fail "the client ended: $(tail -1 "$lab_dir/log")"
    fact culprit "$holder"
}

# Its parent has ended, so that it has come to the container's init.
orphan_in_container() { [[ $(parent_of "$1") == "${lab_fact[init]}" || $(parent_of "$1") == "${lab_fact[shim]}" ]]; }
