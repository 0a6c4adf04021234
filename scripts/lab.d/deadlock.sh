hang deadlock/threads crossed_mutexes 'two threads of the workload wait for each other, with two mutexes'
crossed_mutexes() { waits_for_itself abba; }

hang deadlock/join joined_under_lock 'a thread waits for the end of another that waits for the mutex of the first'
joined_under_lock() { waits_for_itself join; }

hang deadlock/pipes crossed_pipes 'two processes, each writing more to the other than a pipe holds'
crossed_pipes() { wait_for_each_other pipes; }

hang deadlock/sockets crossed_sockets 'the same over unix sockets'
crossed_sockets() { wait_for_each_other sockets; }

hang deadlock/child child_and_parent 'the workload waits for its child, and that for what the workload has yet to write'
child_and_parent() { wait_for_each_other child; }

hang deadlock/any-child any_child 'the workload waits for either of two children, one of which writes to the other, and that to the workload'
any_child() {
    with_ring
    run_detached c1 --mount "$(bind_mount data)" -- /data/ring any
    eventually 10 "both children write" both_children_write "${lab_fact[init]}"
    local -a children=($(children_of "${lab_fact[init]}"))
    fact culprit "${lab_fact[init]},${children[0]}"
}

both_children_write() {
    local -a children=($(children_of "$1"))
    ((${#children[@]} == 2)) && stays_in_call "${children[0]}" 1 && stays_in_call "${children[1]}" 1
}

hang deadlock/flock crossed_files 'two processes lock two files in the opposite order'
crossed_files() { wait_for_each_other flock /data/one /data/other; }

# waits_for_itself HOW: two threads of tests/lab/mutex.c.
waits_for_itself() {
    with_mutex
    run_detached c1 --mount "$(bind_mount data)" -- /data/mutex "$1"
    eventually 10 "the workload waits" stays_in_call "${lab_fact[init]}" 202
    fact culprit "${lab_fact[init]}"
}

with_ring() {
    start_containerd
    mkdir -p "$lab_dir/data"
    build_program ring
    cp "$lab_dir/ring" "$lab_dir/data/ring"
}

# wait_for_each_other HOW...: two processes of tests/lab/ring.c, the workload's init and its child.
wait_for_each_other() {
    with_ring
    run_detached c1 --mount "$(bind_mount data)" -- /data/ring "$@"
    local child
    eventually 10 "it has a child" remember child only_child_of "${lab_fact[init]}"
    eventually 10 "both wait" both_stay "${lab_fact[init]}" "$child"
    fact culprit "${lab_fact[init]},$child"
}

both_stay() { stays_in_call "$1" 1 61 73 247 && stays_in_call "$2" 0 1 73; }
