hang memory-limit/no-killer memory_no_killer 'a workload over its memory limit, and no OOM killer (version 1), or memory.high far below what it uses (version 2)'
memory_no_killer() {
    needs_kernel cgroup-memory
    start_containerd
    make_spec "$lab_dir/spec.json" c1 '.linux.resources.memory = {limit: 16777216, disableOOMKiller: true}' sh -c 'a=xxxxxxxx; while :; do a=$a$a; done'
    run_spec c1 "$lab_dir/spec.json"
    eventually 20 "the container runs" task_runs c1
    found_container c1
    local cgroup
    for cgroup in $(lab_cgroups "$lab_name"); do
        [[ ! -e $cgroup/memory.high || $cgroup != */c1 ]] || echo 4194304 >"$cgroup/memory.high"
    done
    eventually 30 "the workload waits for memory" waits_for_memory
}

waits_for_memory() {
    local cgroup
    for cgroup in $(lab_cgroups "$lab_name"); do
        grep -q '^under_oom 1' "$cgroup/memory.oom_control" 2>/dev/null && return
        [[ -e $cgroup/memory.high ]] && (($(sed -n 's/^high //p' "$cgroup/memory.events") > 100)) && return
    done
    return 1
}
