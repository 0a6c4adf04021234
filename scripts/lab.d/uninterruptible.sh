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

hang uninterruptible/loop-device on_loop_device 'the workload syncs a file on a loop device, whose own file lies on a file system that is frozen'
on_loop_device() {
    needs_kernel loop ext4
    start_containerd
    loop_filesystem "$lab_dir/below"
    loop_filesystem "$lab_dir/below/data"
    ln -s below/data "$lab_dir/data"
    run_detached c1 --mount "type=bind,src=$lab_dir/below/data,dst=/data,options=rbind:rw" -- \
        sh -c 'while [ ! -e /data/go ]; do sleep 0.1; done; dd if=/dev/zero of=/data/file bs=64k count=16 conv=fsync'
    sync -f "$lab_dir/below/data"
    touch "$lab_dir/below/data/go"
    fsfreeze -f "$lab_dir/below"
    local worker
    eventually 20 "the loop device's worker is in state D" remember worker loop_worker
    eventually 20 "the workload syncs" remember waiter lab_process 'dd if=/dev/zero of=/data/file*'
    fact culprit "$worker"
}

# loop_worker: the kernel's thread that works for a loop device and sleeps below a frozen file system.
loop_worker() {
    local stack
    for stack in $(grep -l loop_process_work /proc/[0-9]*/stack 2>/dev/null); do
        grep -q percpu_rwsem_wait "$stack" && [[ $(<"${stack%stack}stat") == *') D '* ]] && { basename "${stack%/stack}"; return; }
    done
    return 1
}
