# A containerd of the lab's own, an image made of busybox, and containers in it.

containerd_binaries=/usr/bin
oci_runtime=/usr/sbin/runc # what containerd starts …
runtime_program=$oci_runtime # … and what that is in the end: some hangs need a script in front
image=lab.local/busybox:latest
containerd_pid='' containerd_socket=containerd.sock snapshotter='' containerd_log_level=info

ctr() { "$containerd_binaries/ctr" --address "$lab_dir/$containerd_socket" -n "$lab_name" "$@"; }

# client ARGUMENT...: a ctr that is left at work, its output read and thrown away; its pid is $client.
client() {
    apart "$containerd_binaries/ctr" --address "$lab_dir/containerd.sock" -n "$lab_name" "$@" >/dev/null 2>>"$lab_dir/log"
    client=$apart_pid
    fact client "$client"
}

start_containerd() {
    if [[ -z $containerd_pid ]]; then
        make_rootfs "$lab_dir/rootfs"
        configure_containerd
        run_containerd
        if can_overlay; then snapshotter=overlayfs; else snapshotter=native; fi
        make_image "$lab_dir/image.tar"
    fi
    quietly ctr image import --snapshotter "$snapshotter" "$lab_dir/image.tar"
    fact image "$image"
    fact snapshotter "$snapshotter"
    decoy_containers
}

# configure_containerd [TOML]: TOML is more than every lab has.
configure_containerd() {
    cat >"$lab_dir/config.toml" <<TOML
version = 2
root = "$lab_dir/root"
state = "$lab_dir/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.nri.v1.nri"]
[debug]
  level = "$containerd_log_level"
[grpc]
  address = "$lab_dir/$containerd_socket"
${1:-}
TOML
}

run_containerd() {
    PATH=$containerd_binaries:$PATH apart containerd --config "$lab_dir/config.toml" >>"$lab_dir/containerd.log" 2>&1
    containerd_pid=$apart_pid
    fact containerd "$containerd_pid"
    fact containerd_version "$("$containerd_binaries/containerd" --version | awk '{ split($3, part, "."); print part[1] == 2 ? "2.x" : part[1] "." part[2] }')"
    eventually 30 "containerd answers (see its last words: $(tail -1 "$lab_dir/containerd.log"))" answers
}

# Asked only once it listens: a client is a large program to start.
answers() { [[ -S $lab_dir/$containerd_socket ]] && quietly ctr version; }

# end_containerd [SIGNAL]: its shims live on.
end_containerd() {
    kill "-${1:-TERM}" "$containerd_pid"
    eventually 10 "containerd ends" gone "$containerd_pid"
}

# crun refuses a host that has cgroups of both versions with controllers in version 2. Where that is so, one in front shows it version 1 only.
fit_runtime() {
    runtime_program=$oci_runtime
    [[ $(basename "$oci_runtime") == crun && -n $(cat /sys/fs/cgroup/unified/cgroup.controllers 2>/dev/null) ]] || return 0
    oci_runtime=$lab_dir/crun
    cat >"$oci_runtime" <<SH
#!/bin/sh
exec unshare --mount --propagation slave sh -c 'mount -t tmpfs none /sys/fs/cgroup/unified && exec $runtime_program "\$@"' crun "\$@"
SH
    chmod +x "$oci_runtime"
}

can_overlay() {
    mkdir -p "$lab_dir"/overlay/{lower,upper,work,merged}
    quietly mount -t overlay -o "lowerdir=$lab_dir/overlay/lower,upperdir=$lab_dir/overlay/upper,workdir=$lab_dir/overlay/work" overlay "$lab_dir/overlay/merged" &&
        umount "$lab_dir/overlay/merged"
}

# make_rootfs DIR: busybox under all its names.
make_rootfs() {
    mkdir -p "$1"/{bin,etc,dev,proc,sys,tmp,root,run,var}
    cp "$(command -v busybox)" "$1/bin/busybox"
    chroot "$1" /bin/busybox --install -s /bin
    echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
    echo 'root:x:0:' >"$1/etc/group"
}

# make_image TAR: an image in OCI's layout, of one layer.
make_image() {
    local dir=$lab_dir/image layer config manifest architecture=amd64
    [[ $HOSTTYPE != aarch64 ]] || architecture=arm64
    mkdir -p "$dir/blobs/sha256"
    # blob FILE: files it under its digest, and prints that.
    blob() { local digest && digest=$(sha256sum "$1" | cut -d' ' -f1) && mv "$1" "$dir/blobs/sha256/$digest" && echo "$digest"; }
    size() { stat -c %s "$dir/blobs/sha256/$1"; }
    tar -C "$lab_dir/rootfs" --numeric-owner --owner=0 --group=0 -cf "$dir/layer" .
    layer=$(blob "$dir/layer")
    cat >"$dir/config" <<JSON
{"architecture": "$architecture", "os": "linux", "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]}, "rootfs": {"type": "layers", "diff_ids": ["sha256:$layer"]}}
JSON
    config=$(blob "$dir/config")
    cat >"$dir/manifest" <<JSON
{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
 "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:$config", "size": $(size "$config")},
 "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "sha256:$layer", "size": $(size "$layer")}]}
JSON
    manifest=$(blob "$dir/manifest")
    cat >"$dir/index.json" <<JSON
{"schemaVersion": 2, "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "sha256:$manifest", "size": $(size "$manifest"),
 "annotations": {"io.containerd.image.name": "$image", "org.opencontainers.image.ref.name": "latest"}, "platform": {"architecture": "$architecture", "os": "linux"}}]}
JSON
    echo '{"imageLayoutVersion": "1.0.0"}' >"$dir/oci-layout"
    tar -C "$dir" -cf "$1" .
    rm -rf "$dir"
}

# The options that every `ctr run` of the lab has.
run_options() { echo --snapshotter "$snapshotter" --runc-binary "$oci_runtime" --fifo-dir "$lab_dir/fifo"; }

# run_detached ID [OPTION...] -- COMMAND...: a container that runs when this returns; the client has ended.
run_detached() { start_container "$1" detached "${@:2}"; }

# run_attached ID [OPTION...] -- COMMAND...: a container with its `ctr run` (in $client) reading its output into /dev/null.
run_attached() { start_container "$1" attached "${@:2}"; }

start_container() {
    local id=$1 how=$2
    shift 2
    local -a options=()
    while [[ $1 != -- ]]; do options+=("$1") && shift; done
    shift
    if [[ $how == detached ]]; then
        quietly ctr run -d $(run_options) "${options[@]}" "$image" "$id" "$@" </dev/null
    else
        client run $(run_options) "${options[@]}" "$image" "$id" "$@"
        eventually 30 "the container's task runs (the log: $(tail -1 "$lab_dir/log"))" task_runs "$id"
    fi
    eventually 10 "the program of $id is itself" is_started "$id"
    found_container "$id"
}

# bind_mount FOLDER: a folder of the lab's, for --mount, as /FOLDER in the container.
bind_mount() { echo "type=bind,src=$lab_dir/$1,dst=/$1,options=rbind:rw"; }

task_runs() { [[ $(ctr task ls 2>/dev/null | awk -v id="$1" '$1 == id { print $3 }') == RUNNING ]]; }

# A task is told to be running a moment before its init has become the program that it is to run.
is_started() {
    local init program
    init=$(<"$lab_dir/state/io.containerd.runtime.v2.task/$lab_name/$1/init.pid") || return 1
    program=$(readlink "/proc/$init/exe") || return 0 # it has ended, or is not to be seen
    [[ $program != *runc* && $program != */crun ]]
}

# found_container ID: its shim and init become facts.
found_container() {
    local id=$1 bundle=$lab_dir/state/io.containerd.runtime.v2.task/$lab_name/$1 shim
    eventually 20 "the shim of $id" remember shim shim_of "$id"
    fact container "$id"
    fact namespace "$lab_name"
    fact shim "$shim"
    fact target "$lab_name/$id"
    [[ ! -s $bundle/init.pid ]] || fact init "$(<"$bundle/init.pid")"
    mkdir -p "$lab_dir/ids/$lab_name/$id"
}

shim_of() { lab_process "*containerd-shim-runc-v2 *-namespace $lab_name *-id $1 *-address $lab_dir/containerd.sock*"; }

# make_spec FILE ID JQ-FILTER COMMAND...: a config.json for `ctr run --config` or a bundle, over the lab's root file system, changed by the filter.
make_spec() {
    local file=$1 id=$2 filter=$3 arguments temporary
    shift 3
    arguments=$(printf '%s\n' "$@" | jq -R . | jq -sc .)
    temporary=$(mktemp -d "$lab_dir/spec.XXXXXX")
    (cd "$temporary" && quietly runc spec)
    jq --arg rootfs "$lab_dir/rootfs" --arg cgroup "/$lab_name/$id" --argjson arguments "$arguments" "
        .root = {path: \$rootfs} | .process.terminal = false | .process.args = \$arguments | .process.env = [\"PATH=/bin\"]
        | .linux.cgroupsPath = \$cgroup | $filter" <"$temporary/config.json" >"$file"
    rm -r "$temporary"
}

# run_spec ID FILE: starts `ctr run --config FILE` and leaves it at work, in $client.
run_spec() { client run --runc-binary "$oci_runtime" --fifo-dir "$lab_dir/fifo" --config "$2" "$1"; }

exec_number=0

# exec_in ID COMMAND...: starts `ctr task exec` and leaves it at work, in $client.
exec_in() { client task exec --exec-id "e$((++exec_number))" --fifo-dir "$lab_dir/fifo" "$@"; }

# run_in_background ID COMMAND...: starts `ctr run` and leaves it at work, in $client, whatever becomes of the container.
run_in_background() { client run $(run_options) "$image" "$@"; }

# make_bundle ID JQ-FILTER COMMAND...: for a runtime without containerd; the folder is $bundle.
make_bundle() {
    [[ -d $lab_dir/rootfs ]] || make_rootfs "$lab_dir/rootfs"
    bundle=$lab_dir/bundle/$1
    mkdir -p "$bundle"
    make_spec "$bundle/config.json" "$@"
}

oci() { "$oci_runtime" --root "$lab_dir/runtime" "$@"; }

# with_gvisor: the runtime is from now on runsc (what decoys there are have another), without a network of its own; of a container's processes the host sees the sandbox, its gofer, and stubs.
with_gvisor() {
    local real
    real=$(command -v runsc) || { echo "lab: not installed: runsc; run scripts/setup" >&2; exit 77; }
    oci_runtime=$lab_dir/runsc
    sandbox=c1-${lab_name#lab-}  # sandboxes of all roots share the names of their control sockets
    runtime_program=$real
    printf '#!/bin/sh\nexec %s --network=none "$@"\n' "$real" >"$oci_runtime"
    chmod +x "$oci_runtime"
}

# gofer_of SHIM: prints the gofer of its sandbox.
gofer_of() { descendant_running "$1" 'runsc-gofer *'; }
