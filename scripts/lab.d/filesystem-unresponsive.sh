hang filesystem-unresponsive/fuse fuse_stopped 'the workload reads a file of a FUSE server that is stopped'
fuse_stopped() {
    start_containerd
    build_fuse_program silent_fuse
    mkdir "$lab_dir/data"
    apart "$lab_dir/silent_fuse" -f "$lab_dir/data" >>"$lab_dir/log" 2>&1
    local server=$apart_pid
    eventually 10 "the file system is mounted" test -f "$lab_dir/data/file"
    run_detached c1 --mount "$(bind_mount data)" -- sh -c 'while read -r line; do :; done </data/file'
    stop "$server"
    eventually 10 "the workload waits to read" stays_in_call "${lab_fact[init]}" 0 2 257
    fact culprit "$server"
}
