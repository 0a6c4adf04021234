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

traced_by() { grep -q "^TracerPid:[[:space:]]*$2$" "/proc/$1/status"; }
