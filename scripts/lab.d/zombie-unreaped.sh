hang zombie-unreaped/careless-shim zombie_careless 'a shim that never waits for its child: a double of the real one, with the real one'\''s arguments and bundle'
zombie_careless() {
    start_containerd
    run_detached c1 -- sleep 9999
    # The double takes the place of the real shim, once that and its container are gone.
    local bundle=$lab_dir/state/io.containerd.runtime.v2.task/$lab_name/c1 double
    end_containerd
    kill -KILL "${lab_fact[shim]}" "${lab_fact[init]}"
    eventually 5 "the container is gone" gone "${lab_fact[init]}"
    build_program careless_shim
    mv "$lab_dir/careless_shim" "$lab_dir/containerd-shim-runc-v2"
    cd "$bundle"
    apart "$lab_dir/containerd-shim-runc-v2" -namespace "$lab_name" -id c1 -address "$lab_dir/containerd.sock"
    cd - >/dev/null
    double=$apart_pid
    eventually 5 "its child has ended" remember init only_child_of "$double"
    eventually 5 "its child is a zombie" in_state "$init" Z
    echo -n "$init" >"$bundle/init.pid"
    fact shim "$double"
    fact init "$init"
    fact target "$double"
    fact culprit "$double"
}
