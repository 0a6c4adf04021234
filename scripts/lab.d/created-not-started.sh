hang created-not-started/runc created_runc '`runc create`, and no start'
created_runc() {
    make_bundle c1 . sleep 9999
    quietly oci create --bundle "$bundle" --pid-file "$lab_dir/pid" c1 </dev/null
    created_facts "$(<"$lab_dir/pid")"
    fact target "${lab_fact[init]}"
}

hang created-not-started/client-failed created_client_failed 'a client that fails between create and start'
created_client_failed() {
    start_containerd
    # ctr writes the pid file after the task's create and before its start.
    quietly ctr run -d $(run_options) --pid-file "$lab_dir/no-such-folder/pid" "$image" c1 sleep 9999 && fail "ctr did not fail"
    found_container c1
    created_facts "${lab_fact[init]}"
}

created_facts() {
    fact init "$1"
    fact container c1
    # runc's init opens exec.fifo, crun's selects and then reads it.
    eventually 10 "the init waits on exec.fifo" stays_in_call "$1" 2 257 0 23 270
}
