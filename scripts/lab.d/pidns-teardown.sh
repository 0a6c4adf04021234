hang pidns-teardown/tracer pidns_tracer 'a tracer outside holds a zombie of the container; its init is killed'
pidns_tracer() {
    start_containerd
    run_detached c1 -- sh -c 'sleep 9999 & wait'
    local child tracer
    eventually 10 "the child runs" remember child descendant_running "${lab_fact[init]}" 'sleep 9999*'
    build_program seize
    apart "$lab_dir/seize" "$child"
    tracer=$apart_pid
    eventually 10 "the child is traced" traced_by "$child" "$tracer"
    kill -KILL "${lab_fact[init]}"
    eventually 10 "the child is a zombie" in_state "$child" Z
    # It is dying, and waits for the rest of its namespace.
    eventually 10 "init waits in the teardown" stays_in_state "${lab_fact[init]}" SD
    fact held "$child"
    fact culprit "$tracer"
}

hang pidns-teardown/uninterruptible pidns_uninterruptible 'a child of the container is in state D, on a frozen file system; its init is killed'
pidns_uninterruptible() {
    needs_kernel loop ext4
    start_containerd
    loop_filesystem "$lab_dir/data"
    run_detached c1 --mount "$(bind_mount data)" -- sh -c '(while :; do echo more >>/data/file; done) & wait'
    local child
    eventually 10 "the child runs" remember child only_child_of "${lab_fact[init]}"
    fsfreeze -f "$lab_dir/data"
    eventually 10 "the child is in state D" stays_in_state "$child" D
    kill -KILL "${lab_fact[init]}"
    eventually 10 "init waits in the teardown" stays_in_call "${lab_fact[init]}" 61 247 231 130
    fact held "$child"
    fact culprit "$child"
}

traced_by() { grep -q "^TracerPid:[[:space:]]*$2$" "/proc/$1/status"; }
