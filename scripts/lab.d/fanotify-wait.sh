hang fanotify-wait/open fanotify_open 'the workload opens a file that a fanotify listener is to permit, and that says nothing'
fanotify_open() {
    fanotify_lab open silent
    run_detached c1 --mount "$(bind_mount data)" -- cat /data/file
    eventually 10 "the workload waits for the permission" stays_in_state "${lab_fact[init]}" SD
}

hang fanotify-wait/execute fanotify_execute 'an init is to become its program, which a fanotify listener is to permit; that is stopped'
fanotify_execute() {
    fanotify_lab execute stopped
    run_detached c1 --mount "$(bind_mount data)" -- /data/file 9999
    eventually 10 "the init waits for the permission" in_call "${lab_fact[init]}" 59
}

# fanotify_lab KIND HOW: data/file, and its listener.
fanotify_lab() {
    start_containerd
    build_program silent_listener
    mkdir "$lab_dir/data"
    cp "$(command -v busybox)" "$lab_dir/data/file"
    apart "$lab_dir/silent_listener" "$1" "$lab_dir/data/file"
    local listener=$apart_pid
    eventually 5 "the listener listens" stays_in_call "$listener" 0
    [[ $2 != stopped ]] || stop "$listener"
    fact culprit "$listener"
}
