hang stdio-copier-gone/disk-full copier_gone_disk_full 'a log file (`ctr run --log-uri file://…`) on a full disk: the shim stops copying, and never reads again'
copier_gone_disk_full() {
    start_containerd
    mkdir "$lab_dir/small"
    mount -t tmpfs -o size=64k none "$lab_dir/small"
    run_detached c1 --log-uri "file://$lab_dir/small/log" -- yes
    eventually 20 "the workload waits to write" stays_in_call "${lab_fact[init]}" 1
    fact culprit "${lab_fact[shim]}"
}
