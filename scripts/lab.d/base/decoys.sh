# The like of a hang, but harmless: nobody may blame these.

make_decoys() {
    local writer
    # Another stopped process, and another full pipe.
    apart sleep 6666
    kill -STOP "$apart_pid"
    fact decoy_stopped "$apart_pid"
    apart sh -c 'yes | sleep 6666'
    eventually 5 "the other pipe is full" remember writer descendant_running "$apart_pid" 'yes*'
    fact decoy_pipe "$writer"
    # Containers only where the containerd of this hang still answers.
    [[ -n $containerd_pid ]] && in_state "$containerd_pid" SR && ! gone "$containerd_pid" || return 0
    decoy_container "$lab_name" decoy
    decoy_container "$lab_name-other" "${lab_fact[container]:-c1}"
}

# decoy_container NAMESPACE ID: a healthy one.
decoy_container() {
    local ctr=("$containerd_binaries/ctr" --address "$lab_dir/containerd.sock" -n "$1")
    quietly "${ctr[@]}" image import --snapshotter "$snapshotter" "$lab_dir/image.tar"
    quietly "${ctr[@]}" run -d --snapshotter "$snapshotter" --runc-binary "$oci_runtime" --fifo-dir "$lab_dir/fifo" "$image" "$2" sleep 6666 </dev/null
}
