hang uninterruptible/frozen-filesystem frozen_filesystem 'the workload writes to a file system that is frozen (fsfreeze)'
frozen_filesystem() {
    needs_kernel loop ext4
    start_containerd
    loop_filesystem "$lab_dir/data"
    run_detached c1 --mount "$(bind_mount data)" -- sh -c 'while :; do echo more >>/data/file; done'
    fsfreeze -f "$lab_dir/data"
    eventually 10 "the workload is in state D" stays_in_state "${lab_fact[init]}" D
}

# loop_filesystem DIR: an ext4 of its own.
loop_filesystem() {
    mkdir "$1"
    truncate -s 16M "$1.image"
    quietly mkfs.ext4 -q "$1.image"
    mount -o loop "$1.image" "$1"
}
