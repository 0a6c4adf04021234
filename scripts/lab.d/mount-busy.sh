hang mount-busy/working-directory busy_working_directory 'a process outside has its working directory in the root file system of a container that has ended: its delete fails'
busy_working_directory() { busy_rootfs sh -c 'cd "$0" && exec sleep 7777'; }

hang mount-busy/open-file busy_open_file 'the same, with a file that is open'
busy_open_file() { busy_rootfs sh -c 'exec 9<"$0/bin/busybox" && exec sleep 7777'; }

# busy_rootfs COMMAND...: with the root file system's path as its last argument it holds it.
busy_rootfs() {
    start_containerd
    run_attached c1 -- sleep 8888
    local holder
    apart "$@" "$lab_dir/state/io.containerd.runtime.v2.task/$lab_name/c1/rootfs"
    eventually 5 "it holds the file system" remember holder lab_process 'sleep 7777 '
    kill -KILL "${lab_fact[init]}"
    eventually 20 "the client gives the delete up" gone "$client"
    eventually 10 "the runtime's state is deleted" test ! -e "/run/containerd/runc/$lab_name/c1"
    fact init ''
    fact client ''
    fact culprit "$holder"
    eventually 5 "the file system is mounted still" grep -q "$lab_name/c1/rootfs " /proc/self/mounts
}
