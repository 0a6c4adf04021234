hang runtime-blocked/log-fifo runtime_blocked_log 'a `runc create` under a shim, whose log is a fifo that nobody reads'
runtime_blocked_log() {
    start_containerd
    mkfifo "$lab_dir/log-fifo"
    local real_runtime=$oci_runtime runtime
    oci_runtime=$lab_dir/logging/$(basename "$real_runtime")
    mkdir "$lab_dir/logging"
    # A shim calls it as: --root DIR --log FILE --log-format json create …
    cat >"$oci_runtime" <<SH
#!/bin/bash
[[ " \$* " != *" create "* ]] || exec $real_runtime "\${@:1:3}" $lab_dir/log-fifo "\${@:5}"
exec $real_runtime "\$@"
SH
    chmod +x "$oci_runtime"
    run_in_background c1 sleep 9999
    eventually 20 "the runtime runs" remember runtime lab_process "$runtime_program *$lab_dir/log-fifo*"
    eventually 10 "the runtime waits in the open" stays_in_call "$runtime" 2 257
    found_container c1
    fact init ''
    fact runtime "$runtime"
}

hang runtime-blocked/config-fifo runtime_blocked_config 'runc alone, whose config.json is a fifo that nobody writes'
runtime_blocked_config() {
    make_bundle c1 . sleep 9999
    rm "$bundle/config.json"
    mkfifo "$bundle/config.json"
    apart "$oci_runtime" --root "$lab_dir/runtime" run --bundle "$bundle" c1 >/dev/null 2>>"$lab_dir/log"
    local runtime=$apart_pid
    eventually 10 "the runtime waits in the open" stays_in_call "$runtime" 2 257
    fact target "$runtime"
    fact runtime "$runtime"
}

hang runtime-blocked/wrapper runtime_blocked_wrapper 'a script in the runtime'\''s place that hangs in its kill, waiting for what it runs'
runtime_blocked_wrapper() {
    start_containerd
    local real_runtime=$oci_runtime leaf
    mkdir "$lab_dir/wrapped"
    oci_runtime=$lab_dir/wrapped/accelerated-runtime
    cat >"$oci_runtime" <<SH
#!/bin/sh
case " \$* " in *" kill "*) sleep 9999 ;; esac
$real_runtime "\$@"
SH
    chmod +x "$oci_runtime"
    run_detached c1 -- sleep 8888
    client task kill -s SIGKILL c1
    eventually 20 "the script waits" remember leaf lab_process 'sleep 9999 '
    eventually 5 "what it runs sleeps" stays_in_call "$leaf" 35 230
    fact runtime "$(parent_of "$leaf")"
    fact culprit "$leaf"
}

hang runtime-blocked/inherited-pipe runtime_blocked_pipe 'a hook has ended and left a daemon behind, which has inherited the pipe that runc reads to its end'
runtime_blocked_pipe() {
    start_containerd
    printf '#!/bin/sh\nsetsid sleep 9999 &\nexit 0\n' >"$lab_dir/hook"
    chmod +x "$lab_dir/hook"
    make_spec "$lab_dir/spec.json" c1 ".hooks = {createRuntime: [{path: \"$lab_dir/hook\"}]}" sleep 8888
    run_spec c1 "$lab_dir/spec.json"
    local daemon runtime
    eventually 20 "the daemon runs" remember daemon lab_process 'sleep 9999 '
    eventually 5 "the hook has ended" test "$(parent_of "$daemon")" != 0
    eventually 5 "the runtime waits" remember runtime lab_process "$runtime_program * create *"
    eventually 10 "it waits on" stays_in_call "$runtime" 202
    found_container c1
    fact init ''
    fact runtime "$runtime"
    fact culprit "$daemon"
}

hang runtime-blocked/seccomp-kills-thread runtime_blocked_seccomp 'seccomp has killed a thread of `runc init`; its others keep the pipe open that the runtime waits at'
runtime_blocked_seccomp() {
    start_containerd
    make_spec "$lab_dir/spec.json" c1 '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
        syscalls: [{names: ["capset"], action: "SCMP_ACT_KILL_THREAD"}]} | .process.noNewPrivileges = false' sleep 8888
    run_spec c1 "$lab_dir/spec.json"
    local init
    eventually 20 "runc init has lost a thread" remember init headless_init
    found_container c1
    fact init ''
    fact culprit "$init"
}

# headless_init: prints the `runc init` of the lab whose first thread is dead.
headless_init() {
    local pid
    for pid in $(lab_pids "$lab_name"); do
        [[ $(status_of "$pid" Name) == runc:* && $(state_of "$pid") == Z && $(status_of "$pid" Threads) -gt 1 ]] && { echo "$pid"; return 0; }
    done
    return 1
}
