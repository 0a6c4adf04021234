hang console-backpressure/stopped-client console_stopped_client 'SIGSTOP to the `ctr run -t` that reads the terminal of a container'
console_stopped_client() {
    terminal_container yes
    stop "$client"
    eventually 20 "the workload waits to write" stays_in_call "${lab_fact[init]}" 1
    fact culprit "$client"
}

hang console-backpressure/stopped-terminal console_stopped_terminal 'SIGSTOP to the terminal in which a `ctr run -t` runs'
console_stopped_terminal() {
    terminal_container yes
    stop "$terminal"
    eventually 20 "the workload waits to write" stays_in_call "${lab_fact[init]}" 1
    fact culprit "$terminal"
}

hang console-backpressure/stopped-output console_stopped_output 'somebody has typed ^S at the terminal of a `ctr run -t`'
console_stopped_output() {
    terminal_container yes
    eventually 10 "the workload's terminal is stopped" type_stop
    fact culprit "$client"
}

# type_stop: true once nothing comes any more. A ^S that comes before the client has made its own terminal raw stops that one.
type_stop() {
    printf '\023' >"$lab_dir/keyboard"
    sleep 0.2
    stays_in_call "${lab_fact[init]}" 1
}

# terminal_container COMMAND: with its $client in $terminal, which is `script`, as there is no person here with one.
terminal_container() {
    start_containerd
    mkfifo "$lab_dir/keyboard"
    apart sh -c "exec script -qfc '$containerd_binaries/ctr --address $lab_dir/containerd.sock -n $lab_name run -t $(run_options) $image c1 $1' /dev/null <>$lab_dir/keyboard" \
        >/dev/null 2>>"$lab_dir/log"
    terminal=$apart_pid
    eventually 30 "the container runs" task_runs c1
    found_container c1
    eventually 5 "the client runs" remember client descendant_running "$terminal" "$containerd_binaries/ctr *"
    fact client "$client"
}
