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

hang healthy/attached healthy_attached '`ctr run` that reads a container which now and then prints'
healthy_attached() {
    start_containerd
    run_attached c1 -- sh -c 'while :; do date; sleep 0.2; done'
}
