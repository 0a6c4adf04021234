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
