hang signal-ignored/client ignored_by_default 'a client waits for the stop of a container whose init, `sleep`, has no handler for SIGTERM'
ignored_by_default() {
    start_containerd
    run_detached c1 -- sleep 9999
    # It does what `nerdctl stop` does: it sends SIGTERM and waits.
    mkfifo "$lab_dir/never"
    printf '#!/bin/sh\nkill -TERM %s\nread -r line <%s\n' "${lab_fact[init]}" "$lab_dir/never" >"$lab_dir/nerdctl"
    chmod +x "$lab_dir/nerdctl"
    apart "$lab_dir/nerdctl" --namespace "$lab_name" stop -t 600 c1
    fact client "$apart_pid"
    eventually 5 "the client waits" stays_in_call "$apart_pid" 2 257
    eventually 5 "the init sleeps on" stays_in_call "${lab_fact[init]}" 35 230
    fact culprit "${lab_fact[init]}"
}

hang signal-ignored/blocked ignored_blocked 'SIGTERM was sent to an init that blocks it and never asks for it'
ignored_blocked() {
    start_containerd
    build_program deaf
    mkdir "$lab_dir/programs"
    cp "$lab_dir/deaf" "$lab_dir/programs/"
    run_detached c1 --mount "$(bind_mount programs)" -- /programs/deaf
    eventually 5 "the init sleeps" stays_in_call "${lab_fact[init]}" 34 35 230
    quietly ctr task kill -s SIGTERM c1
    fact culprit "${lab_fact[init]}"
    eventually 5 "the signal is pending" is_pending "${lab_fact[init]}"
}

is_pending() { (((0x$(status_of "$1" SigPnd) | 0x$(status_of "$1" ShdPnd)) & 0x4000)); }
