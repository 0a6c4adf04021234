hang orphaned-container/shim-killed orphaned_shim_killed 'SIGKILL to the shim while containerd is down'
orphaned_shim_killed() {
    start_containerd
    run_detached c1 -- sleep 9999
    end_containerd
    kill -KILL "${lab_fact[shim]}"
    eventually 5 "the shim is gone" gone "${lab_fact[shim]}"
    [[ -d /proc/${lab_fact[init]} ]] || fail "the container died with its shim"
    fact shim ''
}
