# The like of a hang, but harmless: nobody may blame these.

with_decoys=''

# Another stopped process, and another full pipe.
decoy_processes() {
    [[ -n $with_decoys ]] || return 0
    local writer
    apart sleep 6666
    stop "$apart_pid"
    fact decoy_stopped "$apart_pid"
    apart sh -c 'yes | sleep 6666'
    eventually 10 "the other writer runs" remember writer descendant_running "$apart_pid" 'yes*'
    eventually 10 "the other pipe is full" stays_in_call "$writer" 1
    fact decoy_pipe "$writer"
}

# A healthy container, and one of the same name in another namespace.
decoy_containers() {
    [[ -n $with_decoys ]] || return 0
    decoy_container "$lab_name" decoy
    decoy_container "$lab_name-other" c1
    fact decoys "$lab_name/decoy $lab_name-other/c1"
}

decoy_container() {
    local ctr=("$containerd_binaries/ctr" --address "$lab_dir/containerd.sock" -n "$1")
    [[ $1 == "$lab_name" ]] || quietly "${ctr[@]}" image import --snapshotter "$snapshotter" "$lab_dir/image.tar"
    quietly "${ctr[@]}" run -d --snapshotter "$snapshotter" --runc-binary "$oci_runtime" --fifo-dir "$lab_dir/fifo" "$image" "$2" sleep 6666 </dev/null
}
