# podman and docker for a test, each with all that it keeps in $dir. What is not installed is unpacked from Debian's packages into a folder of its
# own, and not installed.

engine_packages='podman conmon golang-github-containers-common golang-github-containers-image libgpgme11 libassuan0 libdevmapper1.02.1 libsubid4
    docker.io tini iptables libip4tc2 libip6tc2 libxtables12 libnetfilter-conntrack3 libnfnetlink0 libnftnl11'
engine_folder=${TMPDIR:-/tmp}/shimtrace-engines

# find_engines: podman, conmon, dockerd and docker are in PATH when this returns. Status 1: they can't be had.
find_engines() {
    if ! { command -v podman && command -v conmon && command -v dockerd; } >/dev/null; then
        unpack_engines || return
        export PATH=$engine_folder/usr/bin:$engine_folder/usr/sbin:$PATH
        export LD_LIBRARY_PATH=$engine_folder/usr/lib/x86_64-linux-gnu:$engine_folder/lib/x86_64-linux-gnu
        export XTABLES_LIBDIR=$engine_folder/usr/lib/x86_64-linux-gnu/xtables
        # What the package's own script would link.
        local name
        for name in iptables iptables-save iptables-restore; do
            [[ -e $engine_folder/usr/sbin/$name ]] || ln -s "${name/iptables/iptables-nft}" "$engine_folder/usr/sbin/$name"
        done
    fi
    command -v podman >/dev/null && command -v dockerd >/dev/null
}

# unpack_packages FOLDER PACKAGE...
unpack_packages() {
    local package
    (cd "$1" && apt-get -q -o APT::Sandbox::User=root download "${@:2}" && for package in *.deb; do dpkg -x "$package" . && rm "$package"; done) >/dev/null 2>&1
}

unpack_engines() {
    [[ ! -x $engine_folder/usr/sbin/dockerd ]] || return 0
    local fresh
    fresh=$(mktemp -d "$engine_folder.XXXXXX") || return
    unpack_packages "$fresh" $engine_packages &&
        chmod 755 "$fresh" && mv "$fresh" "$engine_folder" || { rm -rf "$fresh"; return 1; }
}

# make_rootfs: busybox, at $dir/fs.
make_rootfs() {
    mkdir -p "$dir"/fs/{bin,proc,sys,dev,tmp,etc}
    cp "$(command -v busybox)" "$dir/fs/bin/busybox"
    chroot "$dir/fs" /bin/busybox --install -s /bin
}

start_podman() {
    cat >"$dir/containers.conf" <<TOML
[containers]
apparmor_profile = ""
log_driver = "k8s-file"
netns = "none"
cgroupns = "host"
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[engine]
cgroup_manager = "cgroupfs"
conmon_path = ["$(command -v conmon)"]
events_logger = "none"
runtime = "runc"
[network]
network_backend = "cni"
TOML
    printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' "$dir/podman" "$dir/podman-run" >"$dir/storage.conf"
}

# podman_private ARGUMENT...: its containers' runtime has its state in $dir too.
podman_private() {
    CONTAINERS_CONF=$dir/containers.conf CONTAINERS_STORAGE_CONF=$dir/storage.conf podman --root "$dir/podman" --runroot "$dir/podman-run" \
        --tmpdir "$dir/podman-tmp" --runtime-flag "root=$dir/runc" "$@" </dev/null
}

# podman_run NAME [OPTION...] -- COMMAND...
podman_run() {
    local name=$1
    shift
    local -a options=()
    while [[ $1 != -- ]]; do options+=("$1") && shift; done
    shift
    podman_private run -d --name "$name" --cgroup-parent "/$cgroup" "${options[@]}" --rootfs "$dir/fs" "$@" 2>>"$dir/log"
}

conmon_of() { pgrep -f "conmon .*-c $1 .*-b $dir/"; }

start_docker() {
    echo '{}' >"$dir/daemon.json"
    setsid dockerd --data-root "$dir/docker" --exec-root "$dir/docker-exec" -H "unix://$dir/docker.sock" -p "$dir/dockerd.pid" --iptables=false --bridge=none \
        --config-file "$dir/daemon.json" --storage-driver vfs --cgroup-parent "/$cgroup" >"$dir/dockerd.log" 2>&1 </dev/null &
    disown
    until_true 60 docker_answers || return
    tar -C "$dir/fs" -c . | docker_private import - busybox >/dev/null
}

# start_docker_with_network: with published ports, by proxy and by address translation, in a network namespace of its own.
start_docker_with_network() {
    echo '{}' >"$dir/daemon.json"
    setsid unshare --net --mount sh -c 'ip link set lo up && echo 1 >/proc/sys/net/ipv4/ip_forward && exec dockerd --data-root "$0/docker" --exec-root "$0/docker-exec" \
        -H "unix://$0/docker.sock" -p "$0/dockerd.pid" --ip6tables=false --config-file "$0/daemon.json" --storage-driver vfs --cgroup-parent "$1"' \
        "$dir" "/$cgroup" >"$dir/dockerd.log" 2>&1 </dev/null &
    disown
    until_true 60 docker_answers || return
    tar -C "$dir/fs" -c . | docker_private import - busybox >/dev/null
}

docker_private() { docker -H "unix://$dir/docker.sock" "$@"; }
docker_answers() { docker_private version >/dev/null 2>&1; }

# end_engines: no process, mount, cgroup or file stays.
end_engines() {
    local pid point round
    for point in $(awk -v dir="$dir/" 'index($5, dir) == 1 && / ext4 / { print $5 }' /proc/self/mountinfo); do fsfreeze -u "$point" 2>/dev/null; done
    # What is paused is not killed before it is thawed.
    while read -r point; do echo THAWED >"$point"; done < <(find /sys/fs/cgroup -path "*/$cgroup/*" -name freezer.state)
    while read -r point; do echo 0 >"$point"; done < <(find /sys/fs/cgroup -path "*/$cgroup/*" -name cgroup.freeze)
    for round in {1..100}; do
        local -a left=()
        mapfile -t left < <(own_processes)
        ((${#left[@]})) || break
        for pid in "${left[@]}"; do kill -KILL "$pid" 2>/dev/null; done
        sleep 0.1
    done
    for point in $(awk -v dir="$dir/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | tac); do umount -l "$point"; done
    find /sys/fs/cgroup -path "*/$cgroup*" -type d -depth -exec rmdir {} + 2>/dev/null
    find /sys/fs/cgroup -maxdepth 2 -name libpod_parent -type d -exec sh -c 'rmdir "$0"/conmon "$0"' {} \; 2>/dev/null
    rm -rf --one-file-system "$dir"
}

# Those that name the folder in their arguments, and the containers'.
own_processes() {
    local pid
    for pid in $(pgrep -f -- "$dir/") $(find /sys/fs/cgroup -path "*/$cgroup*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -un); do
        [[ $pid == $$ || $pid == "$BASHPID" || $(awk '{ print $3 }' "/proc/$pid/stat" 2>/dev/null) == [ZX] || ! -d /proc/$pid ]] || echo "$pid"
    done
}
