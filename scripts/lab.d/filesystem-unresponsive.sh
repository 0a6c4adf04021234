hang filesystem-unresponsive/read fuse_read 'the workload reads a file of a FUSE server that is stopped'
fuse_read() { on_stopped_fuse 'while read -r line; do :; done </data/file' 0; }

hang filesystem-unresponsive/page fuse_page 'the workload reads a file of a FUSE server that is stopped, by way of the page cache: it waits for a page'
fuse_page() { on_stopped_fuse 'exec cat /data/cached >/dev/null' 0 40; }

hang filesystem-unresponsive/stat fuse_stat 'the workload asks whether a file of a FUSE server that is stopped is there'
fuse_stat() { on_stopped_fuse 'while :; do [ -e /data/file ]; done' 4 262 332; }

# on_stopped_fuse SCRIPT CALL...: a workload that will be in one of the calls.
on_stopped_fuse() {
    needs_kernel fuse
    start_containerd
    build_program silent_fuse
    mkdir "$lab_dir/data"
    apart "$lab_dir/silent_fuse" -f "$lab_dir/data" >>"$lab_dir/log" 2>&1
    local server=$apart_pid
    eventually 10 "the file system is mounted" test -f "$lab_dir/data/file"
    run_detached c1 --mount "$(bind_mount data)" -- sh -c "$1"
    stop "$server"
    eventually 10 "the workload waits for the server" stays_in_call "${lab_fact[init]}" "${@:2}"
    fact culprit "$server"
}

hang filesystem-unresponsive/automounter silent_automounter 'the workload opens a file below an autofs, whose daemon does not mount anything'
silent_automounter() {
    start_containerd
    build_program silent_automounter
    mkdir "$lab_dir/data"
    apart "$lab_dir/silent_automounter" "$lab_dir/data" >>"$lab_dir/log" 2>&1
    local daemon=$apart_pid
    eventually 10 "the file system is mounted" grep -q "$lab_dir/data autofs " /proc/self/mounts
    run_detached c1 --mount "$(bind_mount data)" -- cat /data/home/file
    eventually 10 "the workload waits for the daemon" stays_in_call "${lab_fact[init]}" 2 257
    fact culprit "$daemon"
}
