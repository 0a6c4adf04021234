hang exit-lost/init exit_lost_init 'the exit of a container'\''s init is taken in the name of its shim, which never hears of it'
exit_lost_init() {
    start_containerd
    run_attached c1 -- sleep 8888
    lose_exit "${lab_fact[init]}"
    fact init ''
}

hang exit-lost/exec exit_lost_exec 'the same of an exec'\''s process: `ctr task exec` never returns'
exit_lost_exec() {
    start_containerd
    run_detached c1 -- sleep 8888
    exec_in c1 sleep 7777
    local process
    eventually 20 "the exec runs" remember process lab_process 'sleep 7777 '
    eventually 5 "the exec sleeps" stays_in_call "$process" 35 230
    lose_exit "$process"
}

take_exit() {
    build_program take_exit
    quietly "$lab_dir/take_exit" "${lab_fact[shim]}" "$1"
    eventually 5 "the process is gone" test ! -d "/proc/$1"
}

# lose_exit PID: a debugger of the shim ends it and reaps it there, while the shim stands still.
lose_exit() {
    take_exit "$1"
    eventually 5 "the client waits on" stays_in_call "$client" 202
    fact culprit "${lab_fact[shim]}"
}

hang exit-lost/unwaited exit_lost_unwaited 'the exit of an init for which nobody waits: only the memory of the shim tells that it was not told'
exit_lost_unwaited() {
    start_containerd
    run_detached c1 -- sleep 8888
    take_exit "${lab_fact[init]}"
    fact culprit "${lab_fact[shim]}"
    fact init ''
}
