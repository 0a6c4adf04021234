hang unknown/page waits_for_page 'the workload touches a page of memory that a process outside is to give (userfaultfd), which does not'
waits_for_page() {
    needs_kernel userfaultfd
    start_containerd
    mkdir "$lab_dir/data"
    build_program faults
    cp "$lab_dir/faults" "$lab_dir/data/faults"
    apart "$lab_dir/faults" serve "$lab_dir/data/socket"
    local server=$apart_pid
    eventually 5 "the server listens" stays_in_call "$server" 43
    run_detached c1 --mount "$(bind_mount data)" -- /data/faults touch /data/socket
    eventually 10 "the fault is taken" stays_in_call "$server" 34
    fact culprit "$server"
}
