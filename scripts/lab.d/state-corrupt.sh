hang state-corrupt/cut state_cut "runc's state.json, cut in the middle"
state_cut() {
    state_of_running
    truncate -s "$(($(stat -c %s "$state") / 2))" "$state"
}

hang state-corrupt/empty state_empty "runc's state.json, empty, as after a power failure"
state_empty() {
    state_of_running
    : >"$state"
}

hang state-corrupt/other-process state_other_process "runc's state.json names a process that started at another time"
state_other_process() {
    state_of_running
    jq -c '.init_process_start += 1000' "$state" >"$state.new" && mv "$state.new" "$state"
}

state_of_running() {
    start_containerd
    run_detached c1 -- sleep 9999
    state=/run/containerd/runc/$lab_name/c1/state.json
    [[ -s $state ]] || fail "no $state"
}
