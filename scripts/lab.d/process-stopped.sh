hang process-stopped/server stopped_server 'a server in a pipeline of the container, stopped by a signal: `sleep | nc -l`'
stopped_server() {
    start_containerd
    run_detached c1 -- sh -c 'sleep 9999 | nc -l -p 5432'
    local server
    eventually 10 "the server runs" remember server descendant_running "${lab_fact[init]}" 'nc *'
    stop "$server"
    fact culprit "$server"
}

hang process-stopped/init stopped_init 'the container'\''s init is stopped by a signal'
stopped_init() {
    start_containerd
    run_detached c1 -- sleep 9999
    stop "${lab_fact[init]}"
    fact culprit "${lab_fact[init]}"
}

hang process-stopped/sentry stopped_sentry 'gVisor (`runsc`): the sandbox, the kernel of its containers, is stopped by a signal'
stopped_sentry() {
    start_containerd
    with_gvisor
    run_detached "$sandbox" -- sleep 9999
    stop "${lab_fact[init]}"
    fact culprit "${lab_fact[init]}"
}

hang process-stopped/gofer stopped_gofer 'gVisor (`runsc`): the gofer is stopped by a signal, and the container opens a file'
stopped_gofer() {
    start_containerd
    with_gvisor
    run_detached "$sandbox" -- sh -c 'until test -e /tmp/go; do sleep 0.1; done; cat /etc/passwd; sleep 9999'
    local gofer
    eventually 10 "the gofer runs" remember gofer gofer_of "${lab_fact[shim]}"
    stop "$gofer"
    fact culprit "$gofer"
}
