hang fifo-open/workload fifo_open_workload 'the workload opens a fifo to read, and nobody opens it to write'
fifo_open_workload() {
    start_containerd
    mkdir "$lab_dir/data"
    mkfifo "$lab_dir/data/fifo"
    run_detached c1 --mount "$(bind_mount data)" -- cat /data/fifo
    eventually 10 "the workload opens the fifo" stays_in_call "${lab_fact[init]}" 2 257
}

hang fifo-open/writer fifo_open_writer 'the workload opens a fifo to write, and nobody reads'
fifo_open_writer() {
    start_containerd
    mkdir "$lab_dir/data"
    mkfifo "$lab_dir/data/fifo"
    run_detached c1 --mount "$(bind_mount data)" -- sh -c 'echo there >/data/fifo'
    eventually 10 "the workload opens the fifo" stays_in_call "${lab_fact[init]}" 2 257
}
