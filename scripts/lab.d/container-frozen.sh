hang container-frozen/paused frozen_paused '`ctr task pause`, then a SIGKILL that has to wait for the thaw'
frozen_paused() {
    needs_kernel cgroup-freezer
    start_containerd
    run_detached c1 -- sleep 9999
    quietly ctr task pause c1
    frozen_facts
}

hang container-frozen/parent frozen_parent 'the cgroup above the container is frozen'
frozen_parent() {
    needs_kernel cgroup-freezer
    start_containerd
    run_detached c1 --cgroup "/$lab_name/pod/c1" -- sleep 9999
    local cgroup
    for cgroup in $(lab_cgroups "$lab_name/pod"); do
        [[ $cgroup == */pod ]] || continue
        [[ ! -e $cgroup/freezer.state ]] || echo FROZEN >"$cgroup/freezer.state"
        [[ ! -e $cgroup/cgroup.freeze ]] || echo 1 >"$cgroup/cgroup.freeze"
    done
    frozen_facts
}

frozen_facts() {
    eventually 10 "the workload is frozen" stays_in_state "${lab_fact[init]}" DS
    # A cgroup of version 2 lets go who is killed (kernel/cgroup/freezer.c).
    [[ $(stat -f -c %T "$(cgroup_mounts | head -1)") == cgroup2fs && -z $(awk '$3 == "cgroup"' /proc/self/mounts) ]] && return
    kill -KILL "${lab_fact[init]}"
    sleep 0.2
    gone "${lab_fact[init]}" && fail "the SIGKILL came through"
    return 0
}
