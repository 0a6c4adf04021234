hang dbus-wait/private-socket dbus_private 'runc with the systemd cgroup driver, and a systemd that accepts and says nothing'
dbus_private() {
    make_bundle c1 ".linux.cgroupsPath = \"$lab_name.slice:lab:c1\"" sleep 9999
    silent_systemd
    apart "$oci_runtime" --systemd-cgroup --root "$lab_dir/runtime" run --bundle "$bundle" c1 >/dev/null 2>>"$lab_dir/log"
    local runtime=$apart_pid
    waits_for_systemd "$runtime"
    fact target "$runtime"
}

hang dbus-wait/shim dbus_shim 'the same under a shim'
dbus_shim() {
    start_containerd
    silent_systemd
    run_options() { echo --snapshotter "$snapshotter" --runc-binary "$oci_runtime" --fifo-dir "$lab_dir/fifo" --runc-systemd-cgroup --cgroup "$lab_name.slice:lab:c1"; }
    run_in_background c1 sleep 9999
    local runtime
    eventually 20 "the runtime runs" remember runtime lab_process "$runtime_program *create*"
    waits_for_systemd "$runtime"
    found_container c1
    fact init ''
}

waits_for_systemd() {
    eventually 20 "the runtime has connected" connected_to_silent "$1"
    eventually 10 "the runtime waits" stays_in_call "$1" 202 0 281 232 47 7
    fact runtime "$1"
    fact culprit "$server"
}

# The server tells in its file that somebody has connected.
connected_to_silent() { [[ -s $lab_dir/systemd/accepted ]] && [[ -d /proc/$1 ]]; }

# A systemd of the lab's own, which only the runtime sees: it runs with this /run/systemd in a mount namespace.
silent_systemd() {
    build_program silent_server
    mkdir -p "$lab_dir/systemd/system" "$lab_dir/front"
    apart "$lab_dir/silent_server" "$lab_dir/systemd/private" "$lab_dir/systemd/accepted"
    server=$apart_pid
    eventually 5 "the server listens" test -S "$lab_dir/systemd/private"
    [[ -d /run/systemd ]] || { mkdir /run/systemd && : >"$lab_dir/made-run-systemd"; }
    oci_runtime=$lab_dir/front/$(basename "$runtime_program")
    cat >"$oci_runtime" <<SH
#!/bin/sh
exec unshare --mount --propagation slave sh -c 'mount --bind $lab_dir/systemd /run/systemd && exec $runtime_program "\$@"' sh "\$@"
SH
    chmod +x "$oci_runtime"
}
