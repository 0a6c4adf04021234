# Locks that the whole kernel has one of, or a process: made only where nobody else is who would wait for them, too (tests/vm).

hang filesystem-unresponsive/mmap-lock mmap_lock 'the workload waits for its own memory map, which a debugger has that touched a page of a FUSE server that is stopped'
mmap_lock() {
    needs_own_machine
    needs_kernel fuse
    start_containerd
    serve_pages
    mkdir "$lab_dir/program"
    build_program kernel_locks
    cp "$lab_dir/kernel_locks" "$lab_dir/program/"
    run_detached c1 --mount "$(bind_mount data)" --mount "$(bind_mount program)" -- /program/kernel_locks map /data/cached
    eventually 10 "the file is mapped" grep -q /cached "/proc/${lab_fact[init]}/maps"
    stop "$server"
    apart "$lab_dir/kernel_locks" peek "${lab_fact[init]}" /cached >>"$lab_dir/log" 2>&1
    at_end kill -KILL "$apart_pid"
    eventually 10 "the workload is in state D" stays_in_state "${lab_fact[init]}" D
    fact culprit "$server"
}

hang filesystem-unresponsive/cgroup-mutex cgroup_mutex 'a container is made, and runc waits for cgroup_mutex: of one who waits for its memory map, as above'
cgroup_mutex() {
    needs_own_machine
    needs_kernel fuse
    start_containerd
    serve_pages
    build_program kernel_locks
    local threads mover
    threads=$(tracking_mount)/threads-$lab_name # not the lab's by its name: of who is in there the command line cannot be read
    mkdir "$threads" "$threads/from" "$threads/to"
    echo threaded >"$threads/from/cgroup.type"
    echo threaded >"$threads/to/cgroup.type"
    echo +cpuset >"$threads/cgroup.subtree_control"
    echo 0 >"$threads/from/cpuset.cpus"
    echo 1 >"$threads/to/cpuset.cpus"
    apart "$lab_dir/kernel_locks" move "$lab_dir/data/cached" "$threads/to/cgroup.threads" >>"$lab_dir/log" 2>&1
    mover=$apart_pid
    at_end end_process "$mover"
    at_end rmdir "$threads/from" "$threads/to" "$threads"
    eventually 10 "the file is mapped" grep -q /cached "/proc/$mover/maps"
    echo "$mover" >"$threads/cgroup.procs"
    echo "$mover" >"$threads/from/cgroup.threads"
    stop "$server"
    apart "$lab_dir/kernel_locks" peek "$mover" /cached >>"$lab_dir/log" 2>&1
    at_end kill -KILL "$apart_pid"
    eventually 10 "the debugger waits" stays_in_call "$apart_pid" 17
    kill -USR1 "$mover"
    eventually 10 "who moves itself is in state D" stays_in_state "$mover" D
    lab_stays=1
    run_in_background c1 sleep 9999
    eventually 30 "runc waits in state D" remember runtime sleeping_runtime_of c1
    found_container c1
    fact runtime "$runtime"
    fact culprit "$server"
}

hang memory-limit/namespace-sem namespace_sem 'the workload reads its mounts, and waits for the lock of all: of one who copies many and is held back, as its memory is at its limit'
namespace_sem() {
    needs_own_machine
    needs_kernel cgroup-memory
    start_containerd
    build_program kernel_locks
    local copier cgroup
    run_detached c1 -- sh -c 'while :; do while read -r line; do :; done </proc/self/mounts; done'
    cgroup=$(tracking_mount)/$lab_name-mounts
    mkdir "$cgroup" "$lab_dir/mounts"
    echo 200000 >/proc/sys/fs/mount-max
    apart "$lab_dir/kernel_locks" mounts "$lab_dir/mounts" "$cgroup/cgroup.procs" >"$lab_dir/mounted" 2>>"$lab_dir/log"
    copier=$apart_pid
    at_end end_process "$copier"
    eventually 60 "the mounts are made" grep -q ready "$lab_dir/mounted"
    echo 4096 >"$cgroup/memory.high"
    kill -USR1 "$copier"
    eventually 30 "the workload is in state D" stays_in_state "${lab_fact[init]}" D
    fact culprit "$copier"
}

# A file system of the lab's, at data; its server, in $server, can be stopped.
serve_pages() {
    build_program silent_fuse
    mkdir "$lab_dir/data"
    apart "$lab_dir/silent_fuse" -f "$lab_dir/data" >>"$lab_dir/log" 2>&1
    server=$apart_pid
    at_end kill -KILL "$server"
    eventually 10 "the file system is mounted" test -f "$lab_dir/data/file"
}

# sleeping_runtime_of CONTAINER: prints the runc that its shim has started, once a thread of that is in state D.
sleeping_runtime_of() {
    local shim pid
    shim=$(shim_of "$1") || return
    for pid in $(descendants_of "$shim"); do
        [[ $pid != "$shim" && $(command_line "$pid") == *runc* ]] || continue
        grep -qs '^State:.D' /proc/"$pid"/task/*/status && { echo "$pid"; return; }
    done
    return 1
}
