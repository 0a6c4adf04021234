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
