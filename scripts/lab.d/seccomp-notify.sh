hang seccomp-notify/never-answered seccomp_never_answered 'a seccomp agent that takes the notification of a mkdir and never answers it'
seccomp_never_answered() { seccomp_agent receive; }

hang seccomp-notify/never-received seccomp_never_received 'a seccomp agent that does not even ask for notifications'
seccomp_never_received() { seccomp_agent hold; }

seccomp_agent() {
    needs_kernel seccomp-notify
    start_containerd
    build_program seccomp_agent
    apart "$lab_dir/seccomp_agent" "$lab_dir/agent.sock" "$1"
    local agent=$apart_pid
    eventually 5 "the agent listens" test -S "$lab_dir/agent.sock"
    make_spec "$lab_dir/spec.json" c1 ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", listenerPath: \"$lab_dir/agent.sock\", architectures: [\"SCMP_ARCH_X86_64\"],
        syscalls: [{names: [\"mkdir\", \"mkdirat\"], action: \"SCMP_ACT_NOTIFY\"}]}" mkdir /tmp/made
    run_spec c1 "$lab_dir/spec.json"
    eventually 20 "the container runs" task_runs c1
    found_container c1
    eventually 10 "the workload waits in mkdir" stays_in_call "${lab_fact[init]}" 83 258
    fact culprit "$agent"
}
