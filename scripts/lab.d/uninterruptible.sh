hang uninterruptible/frozen-filesystem frozen_filesystem 'the workload writes to a file system that is frozen (fsfreeze)'
frozen_filesystem() {
    needs_kernel loop ext4
    start_containerd
    loop_filesystem "$lab_dir/data"
    run_detached c1 --mount "$(bind_mount data)" -- sh -c 'while :; do echo more >>/data/file; done'
    fsfreeze -f "$lab_dir/data"
    eventually 10 "the workload is in state D" stays_in_state "${lab_fact[init]}" D
}

hang uninterruptible/unmount busy_unmount 'the workload syncs, and waits for an unmount, and that for a disk: a file on a file system that is frozen'
busy_unmount() {
    needs_kernel loop ext4
    start_containerd
    mkdir "$lab_dir/data" "$lab_dir/upper"
    run_detached c1 --mount "$(bind_mount data)" -- sh -c 'until [ -e /data/go ]; do sleep 0.1; done; sync'
    loop_filesystem "$lab_dir/lower"
    truncate -s 8M "$lab_dir/lower/disk"
    quietly mkfs.ext4 -q "$lab_dir/lower/disk"
    mount -o loop "$lab_dir/lower/disk" "$lab_dir/upper"
    local disk
    disk=$(findmnt -n -o SOURCE "$lab_dir/upper")
    head -c 1M /dev/zero >"$lab_dir/upper/file"
    fsfreeze -f "$lab_dir/lower"
    apart umount "$lab_dir/upper"
    local unmount=$apart_pid
    eventually 10 "the unmount waits" stays_in_state "$unmount" D
    : >"$lab_dir/data/go"
    eventually 10 "the workload is in state D" stays_in_state "${lab_fact[init]}" D
    fact culprit "$(worker_of "${disk##*/}")"
}

# worker_of DISK: the kernel's thread that is at work for it.
worker_of() {
    local comm
    for comm in /proc/[0-9]*/comm; do
        [[ $(<"$comm") =~ (^|[+])$1$ && $(awk '{ print $3 }' "${comm%comm}stat") == D ]] || continue
        comm=${comm#/proc/}
        echo "${comm%/comm}"
    done 2>/dev/null | head -1
}

# loop_filesystem DIR: an ext4 of its own.
loop_filesystem() {
    mkdir "$1"
    truncate -s 16M "$1.image"
    quietly mkfs.ext4 -q "$1.image"
    mount -o loop "$1.image" "$1"
}
