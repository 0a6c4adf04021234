hang mutex-held/thread held_by_thread 'the workload waits for a mutex that a thread of its own sleeps with'
held_by_thread() { waits_for_lock held; }

hang mutex-held/priority held_with_priority 'the same with a priority-inheriting one'
held_with_priority() { waits_for_lock priority; }

hang mutex-held/write-lock held_for_writing 'the workload waits to read what a thread of its own has locked for writing'
held_for_writing() { waits_for_lock write; }

hang mutex-held/owner-gone held_by_nobody 'the workload waits for a mutex whose owner, a thread of its own, has ended with it'
held_by_nobody() {
    waits_for_lock gone
    fact culprit ''
}

hang mutex-held/forked held_before_fork 'a child waits for a semaphore that another thread of its parent had when it was forked'
held_before_fork() {
    with_mutex
    run_detached c1 --mount "$(bind_mount data)" -- /data/mutex forked
    local child
    eventually 10 "it has a child" remember child only_child_of "${lab_fact[init]}"
    eventually 10 "the child waits" stays_in_call "$child" 202
    fact culprit ''
}

hang mutex-held/shared held_in_shared_memory 'the workload waits for a robust mutex in shared memory that a process outside holds'
held_in_shared_memory() {
    with_mutex
    apart "$lab_dir/data/mutex" take "$lab_dir/data/lock"
    local owner=$apart_pid
    eventually 5 "the mutex is taken" stays_in_call "$owner" 34
    wait_for_shared_lock
    fact culprit "$owner"
}

hang mutex-held/shared-owner-gone left_in_shared_memory 'the workload waits for a mutex in shared memory whose owner has ended with it'
left_in_shared_memory() {
    with_mutex
    "$lab_dir/data/mutex" leave "$lab_dir/data/lock"
    wait_for_shared_lock
}

with_mutex() {
    start_containerd
    mkdir -p "$lab_dir/data"
    build_program mutex -pthread
    cp "$lab_dir/mutex" "$lab_dir/data/mutex"
}

# waits_for_lock HOW: the workload is to blame itself.
waits_for_lock() {
    with_mutex
    run_detached c1 --mount "$(bind_mount data)" -- /data/mutex "$1"
    eventually 10 "the workload waits" stays_in_call "${lab_fact[init]}" 202
    fact culprit "${lab_fact[init]}"
}

wait_for_shared_lock() {
    run_detached c1 --mount "$(bind_mount data)" -- /data/mutex wait /data/lock
    eventually 10 "the workload waits" stays_in_call "${lab_fact[init]}" 202
}
