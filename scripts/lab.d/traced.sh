hang traced/workload traced_workload 'a tracer outside, as a debugger does, keeps the workload stopped'
traced_workload() {
    start_containerd
    run_detached c1 -- sleep 9999
    stopped_by_tracer "${lab_fact[init]}"
}

hang traced/shim traced_shim 'a tracer keeps every thread of the shim stopped'
traced_shim() {
    start_containerd
    run_detached c1 -- sleep 9999
    stopped_by_tracer "${lab_fact[shim]}"
}

stopped_by_tracer() {
    build_program seize
    apart "$lab_dir/seize" "$1" stop
    eventually 5 "$1 is stopped by its tracer" in_state "$1" t
    fact culprit "$apart_pid"
}
