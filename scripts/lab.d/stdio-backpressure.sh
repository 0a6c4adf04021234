hang stdio-backpressure/stopped-reader backpressure_stopped_reader "SIGSTOP to the \`ctr run\` that reads a container's \`yes\`"
backpressure_stopped_reader() {
    start_containerd
    run_attached c1 -- yes
    stop "$client"
    eventually 20 "the workload waits to write" stays_in_call "${lab_fact[init]}" 1
    fact culprit "$client"
}

hang stdio-backpressure/no-reader backpressure_no_reader '`ctr run -d … yes` with fifos that nobody reads'
backpressure_no_reader() {
    start_containerd
    run_detached c1 -- yes
    eventually 20 "the workload waits to write" stays_in_call "${lab_fact[init]}" 1
}

hang stdio-backpressure/stderr backpressure_stderr 'the same through stderr, by a child of init'
backpressure_stderr() {
    start_containerd
    run_attached c1 -- sh -c 'yes >&2 & wait'
    local writer
    eventually 10 "the writer runs" remember writer only_child_of "${lab_fact[init]}"
    stop "$client"
    eventually 20 "the workload waits to write" stays_in_call "$writer" 1
    fact writer "$writer"
    fact culprit "$client"
}

hang stdio-backpressure/other-number backpressure_other_number 'the stream under descriptor 5, as a daemon has it that has closed its own'
backpressure_other_number() {
    start_containerd
    run_attached c1 -- sh -c 'exec 5>&1 >/dev/null 2>&1; yes | tee /proc/self/fd/5'
    local writer
    eventually 10 "the writer runs" remember writer descendant_running "${lab_fact[init]}" 'tee *'
    stop "$client"
    eventually 20 "the workload waits to write" stays_in_call "$writer" 1
    fact writer "$writer"
    fact culprit "$client"
}

hang stdio-backpressure/log-agent backpressure_log_agent 'SIGSTOP to a log agent in a container of its own that reads the fifo'
backpressure_log_agent() {
    start_containerd
    run_detached c1 -- yes
    local fifo writer=${lab_fact[init]}
    fifo=$(stdout_fifo "${lab_fact[shim]}")
    run_detached agent --mount "type=bind,src=$lab_dir/fifo,dst=$lab_dir/fifo,options=rbind:rw" -- sh -c "exec cat $fifo >/dev/null"
    local agent=${lab_fact[init]}
    stop "$agent"
    eventually 20 "the workload waits to write" stays_in_call "$writer" 1
    found_container c1
    fact culprit "$agent"
}

hang stdio-backpressure/first-thread-gone backpressure_first_thread_gone 'the first thread has exited, another writes: /proc/PID shows a zombie'
backpressure_first_thread_gone() {
    start_containerd
    mkdir "$lab_dir/data"
    build_program headless -pthread
    cp "$lab_dir/headless" "$lab_dir/data/"
    run_attached c1 --mount "$(bind_mount data)" -- /data/headless
    stop "$client"
    eventually 5 "the first thread is gone" in_state "${lab_fact[init]}" Z
    local threads=("/proc/${lab_fact[init]}/task"/*)
    eventually 20 "the workload waits to write" stays_in_call "${threads[-1]##*/}" 1
    fact culprit "$client"
}

hang stdio-backpressure/retrying backpressure_retrying 'the workload writes without blocking, and tries again: it is in no write'
backpressure_retrying() {
    start_containerd
    mkdir "$lab_dir/data"
    build_program headless -pthread
    cp "$lab_dir/headless" "$lab_dir/data/"
    run_attached c1 --mount "$(bind_mount data)" -- /data/headless retry
    stop "$client"
    eventually 20 "the workload sleeps between tries" in_call "${lab_fact[init]}" 230
    eventually 10 "the pipes are full" writes_nothing "${lab_fact[init]}"
    fact culprit "$client"
}

hang stdio-backpressure/32-bit backpressure_32_bit 'the same by a 32-bit program: its calls have other numbers'
backpressure_32_bit() {
    needs_kernel 32-bit-programs
    start_containerd
    mkdir "$lab_dir/data"
    build_32_bit_program compat
    cp "$lab_dir/compat" "$lab_dir/data/"
    run_attached c1 --mount "$(bind_mount data)" -- /data/compat write
    stop "$client"
    eventually 20 "the workload waits to write" stays_in_call "${lab_fact[init]}" 4
    fact culprit "$client"
}

hang stdio-backpressure/stopped-logger backpressure_stopped_logger 'SIGSTOP to the logging program of `ctr run --log-uri binary://…`'
backpressure_stopped_logger() {
    start_containerd
    cat >"$lab_dir/logger" <<'SH'
#!/bin/sh
exec 5>&- # tells the shim that the logger is ready
exec cat <&3 >/dev/null
SH
    chmod +x "$lab_dir/logger"
    run_detached c1 --log-uri "binary://$lab_dir/logger" -- yes
    local logger
    eventually 10 "the logger reads" remember logger descendant_running "${lab_fact[shim]}" 'cat*'
    stop "$logger"
    eventually 20 "the workload waits to write" stays_in_call "${lab_fact[init]}" 1
    fact culprit "$logger"
}
