# Workloads of many kinds that are as they should be: no verdict but `healthy` is right.

hang healthy/sleep healthy_sleep '`ctr run -d … sleep`'
healthy_sleep() {
    start_containerd
    run_detached c1 -- sleep 9999
    eventually 5 "the workload sleeps" stays_in_call "${lab_fact[init]}" 35 230
}

hang healthy/busy-loop healthy_busy_loop 'a shell that computes'
healthy_busy_loop() {
    start_containerd
    run_detached c1 -- sh -c 'while :; do :; done'
    eventually 5 "the workload computes" in_state "${lab_fact[init]}" R
}

hang healthy/silent-server healthy_silent_server '`nc` that reads from a server that says nothing'
healthy_silent_server() {
    start_containerd
    run_detached c1 -- sh -c 'sleep 9999 | nc -l -p 5432 & until netstat -ltn | grep -q :5432; do :; done; mkfifo /tmp/quiet; exec nc 127.0.0.1 5432 <>/tmp/quiet'
    eventually 5 "nc waits" stays_in_call "${lab_fact[init]}" 0 7 23 45 270 271
}

hang healthy/idle-server healthy_idle_server 'a web server that waits for its first client'
healthy_idle_server() {
    start_containerd
    run_detached c1 -- httpd -f -p 8080
    eventually 5 "the server accepts" stays_in_call "${lab_fact[init]}" 43 288
}

hang healthy/waits-for-input healthy_waits_for_input 'a shell that reads a fifo whose other end it has itself'
healthy_waits_for_input() {
    start_containerd
    run_detached c1 -- sh -c 'mkfifo /tmp/input; read line <>/tmp/input'
    eventually 5 "the shell reads" stays_in_call "${lab_fact[init]}" 0 7 23 270 271
}

hang healthy/children healthy_children 'a shell that waits for two children, one of them in a pipeline'
healthy_children() {
    start_containerd
    run_detached c1 -- sh -c 'sleep 9999 & sleep 9999 | cat & wait'
    eventually 5 "the shell waits" stays_in_call "${lab_fact[init]}" 61 247 130
}

hang healthy/writes-files healthy_writes_files 'a database-like loop of writes and fsync'
healthy_writes_files() {
    start_containerd
    run_detached c1 -- sh -c 'while :; do dd if=/dev/zero of=/tmp/log bs=4k count=1 conv=fsync 2>/dev/null; done'
}

hang healthy/flow healthy_flow 'output as fast as it can be, and a client that reads it'
healthy_flow() {
    start_containerd
    run_attached c1 -- yes
}

hang healthy/throttled healthy_throttled 'output that its reader takes in gulps, some megabytes a second: all pipes are full, and flow'
healthy_throttled() {
    start_containerd
    run_detached c1 -- yes
    local fifo
    fifo=$(stdout_fifo "${lab_fact[shim]}")
    apart sh -c 'exec <"$0"; while :; do head -c 262144 >/dev/null; sleep 0.05; done' "$fifo"
    eventually 10 "the reader reads" writes "${lab_fact[init]}"
}

hang healthy/attached healthy_attached '`ctr run` that reads a container which now and then prints'
healthy_attached() {
    start_containerd
    run_attached c1 -- sh -c 'while :; do date; sleep 0.2; done'
}

hang healthy/terminal healthy_terminal 'a shell at a terminal that waits to be typed at'
healthy_terminal() {
    terminal_container sh
    eventually 5 "the shell waits" stays_in_call "${lab_fact[init]}" 0 7 23 270 271
}

hang healthy/exec healthy_exec 'an exec at work, with its client'
healthy_exec() {
    start_containerd
    run_detached c1 -- sleep 9999
    exec_in c1 sh -c 'while :; do date; sleep 0.1; done'
    local worker
    eventually 10 "the exec works" remember worker lab_process 'sh -c while*'
}

hang healthy/keep-alive healthy_keep_alive 'a client that has had its answer and listens on, with the server at rest'
healthy_keep_alive() { with_server answers idles 0; }

hang healthy/slow-peer healthy_slow_peer 'a client whose server takes what it writes in small sips'
healthy_slow_peer() {
    with_server sips fills
    eventually 10 "the server reads" writes "${lab_fact[init]}"
}

# with_server SERVER CLIENT [CALL]: tests/lab/peer.c on both sides, on the host's network; CALL is what the client stays in.
with_server() {
    with_peers
    apart "$lab_dir/data/peer" "$1" "$(address_of tcp:127.0.0.1 host)"
    eventually 5 "the server listens" stays_in_call "$apart_pid" 43
    run_detached c1 --with-ns "network:/proc/$$/ns/net" --mount "$(bind_mount data)" -- /data/peer "$2" "$(address_of tcp:127.0.0.1 container)"
    [[ -z ${3:-} ]] || eventually 10 "the workload waits" stays_in_call "${lab_fact[init]}" "$3"
}

hang healthy/contended healthy_contended 'two threads that take turns with a mutex'
healthy_contended() {
    with_mutex
    run_detached c1 --mount "$(bind_mount data)" -- /data/mutex contended
    eventually 5 "a thread waits for the mutex" in_call "${lab_fact[init]}" 202
}

hang healthy/accept-turns healthy_accept_turns 'threads that take turns to accept, with a mutex, and nobody who connects'
healthy_accept_turns() {
    with_mutex
    run_detached c1 --mount "$(bind_mount data)" -- /data/mutex accept
    eventually 5 "a thread waits for its turn" in_call "${lab_fact[init]}" 202
}

hang healthy/idle-threads healthy_idle_threads 'a pool of threads without work'
healthy_idle_threads() {
    with_mutex
    run_detached c1 --mount "$(bind_mount data)" -- /data/mutex idle
    eventually 5 "the workload waits" stays_in_call "${lab_fact[init]}" 202
}

hang healthy/two-listeners healthy_two_listeners 'two processes, each of which waits for the other to say something'
healthy_two_listeners() {
    start_containerd
    mkdir -p "$lab_dir/data"
    build_program ring
    cp "$lab_dir/ring" "$lab_dir/data/ring"
    run_detached c1 --mount "$(bind_mount data)" -- /data/ring listen
    eventually 5 "the workload reads" stays_in_call "${lab_fact[init]}" 0
}

hang healthy/ended healthy_ended 'a task that has ended, for which nobody waits, and that nobody has deleted yet'
healthy_ended() {
    start_containerd
    run_detached c1 -- sleep 9999
    kill -KILL "${lab_fact[init]}"
    eventually 5 "the workload is gone" test ! -d "/proc/${lab_fact[init]}"
    fact init ''
}

hang healthy/gvisor healthy_gvisor 'a container of gVisor (`runsc`) that sleeps'
healthy_gvisor() {
    start_containerd
    with_gvisor
    run_detached "$sandbox" -- sleep 9999
    eventually 10 "the sandbox waits" stays_in_call "${lab_fact[init]}" 202
}
