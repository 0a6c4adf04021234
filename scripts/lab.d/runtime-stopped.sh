hang runtime-stopped/exec runtime_stopped_exec 'SIGSTOP to a `runc exec`'
runtime_stopped_exec() {
    start_containerd
    make_halting_runtime
    run_detached c1 -- sleep 9999
    stopped_runtime exec exec_in c1 sleep 7777
}

hang runtime-stopped/create runtime_stopped_create 'SIGSTOP to a `runc create`'
runtime_stopped_create() {
    start_containerd
    make_halting_runtime
    stopped_runtime create run_in_background c1 sleep 9999
    found_container c1
    fact init ''
}

hang runtime-stopped/delete runtime_stopped_delete 'SIGSTOP to the `runc delete` of a container that has ended'
runtime_stopped_delete() {
    start_containerd
    make_halting_runtime
    run_attached c1 -- sleep 9999
    stopped_runtime delete kill -KILL "${lab_fact[init]}"
    fact init ''
}

# A runtime that is too fast to be caught by hand: one in front of it that waits for leave to become it. $dir/halt names the operation.
make_halting_runtime() {
    local real_runtime=$oci_runtime
    oci_runtime=$lab_dir/halting/$(basename "$real_runtime")
    mkdir "$lab_dir/halting"
    cat >"$oci_runtime" <<SH
#!/bin/bash
if [[ -f $lab_dir/halt && " \$* " == *" \$(<$lab_dir/halt) "* ]]; then
    echo \$\$ >$lab_dir/halted.new && mv $lab_dir/halted.new $lab_dir/halted
    until [[ ! -f $lab_dir/halt ]]; do :; done
fi
exec $real_runtime "\$@"
SH
    chmod +x "$oci_runtime"
}

# stopped_runtime OPERATION COMMAND...: COMMAND makes the shim run the operation; its runtime is stopped once it is itself.
stopped_runtime() {
    local runtime attempt
    for attempt in {1..10}; do
        rm -f "$lab_dir/halted"
        echo "$1" >"$lab_dir/halt"
        "${@:2}"
        eventually 20 "the shim runs $runtime_program $1" test -s "$lab_dir/halted"
        runtime=$(<"$lab_dir/halted")
        rm "$lab_dir/halt"
        if stop_when_itself "$runtime"; then
            fact runtime "$runtime"
            fact culprit "$runtime"
            return
        fi
        kill -KILL "$client" 2>/dev/null || true
        [[ $1 == exec ]] || break
    done
    fail "no $runtime_program $1 could be caught"
}

# No fork in this loop: it is a race, of some 20 ms.
stop_when_itself() {
    local program=''
    until [[ $program == "$runtime_program" || ! -d /proc/$1 ]]; do { IFS= read -r -d '' program <"/proc/$1/cmdline"; } 2>/dev/null || true; done
    kill -STOP "$1" 2>/dev/null || return 1
    local end=$((SECONDS + 3))
    until in_state "$1" T; do
        [[ -d /proc/$1 ]] && ! in_state "$1" ZX && ((SECONDS < end)) || return 1
    done
}
