hang file-lock/flock lock_flock 'the workload waits for a flock that a process outside holds'
lock_flock() { file_lock flock; }

hang file-lock/fcntl lock_fcntl 'the workload waits for an fcntl lock that a process outside holds'
lock_fcntl() { file_lock fcntl; }

hang file-lock/ofd lock_ofd 'the workload waits for a lock of an open file description, which /proc/locks shows without its holder'
lock_ofd() { file_lock ofd; }

hang file-lock/32-bit lock_32_bit 'a 32-bit workload waits for a flock that a process outside holds'
lock_32_bit() {
    needs_kernel 32-bit-programs
    build_32_bit_program compat
    file_lock flock "$lab_dir/compat" 143
}

hang file-lock/hook lock_hook 'an OCI hook runs `flock` on a file that a process outside has locked'
lock_hook() {
    start_containerd
    build_program lock
    apart "$lab_dir/lock" flock "$lab_dir/locked"
    local holder=$apart_pid waiter
    eventually 5 "the lock is held" stays_in_call "$holder" 34
    printf '#!/bin/sh\nflock %s true\n' "$lab_dir/locked" >"$lab_dir/hook"
    chmod +x "$lab_dir/hook"
    make_spec "$lab_dir/spec.json" c1 ".hooks = {createRuntime: [{path: \"$lab_dir/hook\"}]}" sleep 8888
    run_spec c1 "$lab_dir/spec.json"
    eventually 20 "the hook runs flock" remember waiter lab_process 'flock *'
    eventually 5 "flock waits" stays_in_call "$waiter" 73
    found_container c1
    fact init ''
    fact culprit "$holder"
}

# file_lock KIND [PROGRAM CALL]: PROGRAM waits, in that call; by default tests/lab/lock.c does.
file_lock() {
    start_containerd
    mkdir "$lab_dir/data"
    build_program lock
    cp "${2:-$lab_dir/lock}" "$lab_dir/data/waiter"
    apart "$lab_dir/lock" "$1" "$lab_dir/data/file"
    local holder=$apart_pid
    eventually 5 "the lock is held" stays_in_call "$holder" 34
    run_detached c1 --mount "$(bind_mount data)" -- /data/waiter "$1" /data/file
    eventually 10 "the workload waits for the lock" stays_in_call "${lab_fact[init]}" ${3:-72 73}
    fact culprit "$holder"
}
