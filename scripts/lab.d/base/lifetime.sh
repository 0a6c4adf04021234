# How a lab begins and ends. All that it starts is in one cgroup (/lab-XXXXXX-own) or, for containers, below /lab-XXXXXX, so that it is found again
# without a list of pids, whoever was orphaned meanwhile; all that it writes is in one folder.

lab_prefix=${TMPDIR:-/tmp}/shimtrace-lab
lab_dir='' lab_name='' lab_first_name='' home_cgroup=''
lab_stays=''             # not empty: nobody can change its cgroup while this hangs
declare -a lab_ends=()   # what lets go of a hang that would hold its own taking down
declare -A lab_fact=()
declare -a lab_fact_order=()

# fact KEY VALUE: what `hold` prints and hands to its command.
fact() {
    [[ -v lab_fact[$1] ]] || lab_fact_order+=("$1")
    lab_fact[$1]=$2
}

facts() {
    local key
    for key in "${lab_fact_order[@]}"; do echo "$key=${lab_fact[$key]}"; done
}

with_facts() {
    local key
    local -a environment=()
    for key in "${lab_fact_order[@]}"; do environment+=("LAB_${key^^}=${lab_fact[$key]}"); done
    local status=0
    ({ [[ -n $lab_stays ]] || leave_cgroup; } && exec env "${environment[@]}" "$@") || status=$?
    return $status
}

# No hang can be made without these; who asks for one gets status 77, which the tests take for `skip`.
check_machine() {
    local missing=() program
    [[ $EUID == 0 ]] || { echo "lab: needs root" >&2; exit 77; }
    for program in containerd ctr "$oci_runtime" busybox jq; do
        PATH=$containerd_binaries:$PATH command -v "$program" >/dev/null || missing+=("$program")
    done
    ((${#missing[@]} == 0)) || { echo "lab: not installed: ${missing[*]}; run scripts/setup" >&2; exit 77; }
    needs_kernel cgroups
}

# needs_kernel WHAT...: the same for what scripts/kernel-can asks.
needs_kernel() { "$lab_home/kernel-can" "$@" >&2 || exit; }

# needs_own_machine: for what would hold whoever else is on it. LAB_OWN_MACHINE=1 says that nobody is.
needs_own_machine() {
    [[ -n ${LAB_OWN_MACHINE:-} ]] && return
    echo "kernel: it is everybody's here, and this would hold them all (tests/vm makes it)" >&2
    exit 77
}

# The mount points of all cgroup hierarchies, version 2 first.
cgroup_mounts() {
    awk '$3 == "cgroup2" { print $2 }' /proc/self/mounts | head -1
    awk '$3 == "cgroup" { print $2 }' /proc/self/mounts | sort -u
}

# The hierarchy that holds the lab's processes: version 2 (where it only tracks, containers are found there too), else any that only tracks.
tracking_mount() {
    awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts | grep . ||
        awk '$3 == "cgroup" && $4 ~ /(name=|pids)/ { print $2; exit }' /proc/self/mounts | grep . ||
        fail "no cgroup hierarchy could track the lab's processes"
}

# lab_cgroups NAME: every cgroup of that lab, deepest first.
lab_cgroups() {
    find $(cgroup_mounts) -mindepth 1 -depth -type d \( -path "*/$1" -o -path "*/$1/*" -o -path "*/$1-*" \) 2>/dev/null || true
}

lab_pids() {
    local -a cgroups
    mapfile -t cgroups < <(lab_cgroups "$1")
    ((${#cgroups[@]} == 0)) || cat "${cgroups[@]/%//cgroup.procs}" 2>/dev/null | sort -un
}

begin_lab() {
    lab_dir=$(mktemp -d "$lab_prefix.XXXXXX")
    chmod 755 "$lab_dir"
    lab_name=lab-${lab_dir##*.}
    lab_first_name=$lab_name
    echo "$$ $(start_time_of $$)" >"$lab_dir/owner"
    local mount
    mount=$(tracking_mount)
    home_cgroup=$mount$(awk -F: -v v2="$(stat -f -c %T "$mount")" '(v2 == "cgroup2fs" && $1 == 0) || (v2 != "cgroup2fs" && $2 ~ /name=|pids/) { print $3; exit }' \
        /proc/self/cgroup)
    mkdir "$mount/$lab_name-own"
    echo $$ >"$mount/$lab_name-own/cgroup.procs"
    fact container ''
    fact namespace ''
    fact shim ''
    fact init ''
    fact target ''
    fact culprit ''
    fact address "$lab_dir/containerd.sock"
    fact dir "$lab_dir"
}

# another_hang NUMBER: the next one on the same containerd, in a namespace of its own; of what is known only what is the lab's stays.
another_hang() {
    local key
    lab_name=$lab_first_name-$1
    for key in "${lab_fact_order[@]}"; do
        case $key in
        address | dir | containerd | containerd_version | image | snapshotter) ;;
        container | namespace | shim | init | target | culprit) lab_fact[$key]='' ;;
        *) unset "lab_fact[$key]" ;;
        esac
    done
    lab_fact_order=("${!lab_fact[@]}")
    lab_hangs=()
}

# Puts the calling shell back where it came from.
leave_cgroup() { echo $BASHPID >"$home_cgroup/cgroup.procs"; }

# at_end COMMAND [ARGUMENT...]: done first when the lab is taken down; words without blanks.
at_end() { lab_ends+=("$*"); }

take_down() {
    local end
    trap '' INT TERM HUP
    [[ -n $lab_dir ]] || return 0
    # shellcheck disable=SC2086
    for end in "${lab_ends[@]}"; do $end 2>/dev/null || true; done
    leave_cgroup || true
    take_down_lab "$lab_first_name" "$lab_dir"
}

# take_down_lab NAME DIR: in the order in which a hang lets go: what holds processes first (freezers, frozen file systems, limits, silent servers),
# then the processes, then mounts, cgroups and files.
take_down_lab() {
    local name=$1 dir=$2 sockets device
    local -a mounts
    set +e
    sockets=$(shim_sockets "$dir")
    kill_all "$name" "$dir"
    mapfile -t mounts < <(awk -v dir="$dir" 'index($5, dir "/") == 1 { print $5 }' /proc/self/mountinfo | tac)
    ((${#mounts[@]} == 0)) || umount -l "${mounts[@]}"
    for device in $(losetup -l -n -O NAME,BACK-FILE 2>/dev/null | awk -v dir="$dir" 'index($2, dir "/") == 1 { print $1 }'); do losetup -d "$device"; done
    remove_cgroups "$name"
    rm -f $sockets
    rm -rf /run/containerd/runc/"$name" /run/containerd/runc/"$name"-*
    [[ ! -e $dir/made-run-systemd ]] || rmdir /run/systemd 2>/dev/null
    rm -rf --one-file-system "$dir"
    set -e
}

kill_all() {
    local pid left round=0 end=$((SECONDS + 60))
    # containerd before its shims, lest it start something anew.
    for pid in $(lab_pids "$1"); do [[ $(command_line "$pid") == *containerd\ * ]] && kill -KILL "$pid" 2>/dev/null; done
    while ((SECONDS < end)); do
        ((round++ % 20)) || let_go "$1" "$2"
        left=''
        for pid in $(lab_pids "$1"); do
            # A zombie that nobody outside holds goes with its parent; one whose other threads run on is none.
            [[ $(state_of "$pid") == [ZX] && $(status_of "$pid" TracerPid) == 0 && $(status_of "$pid" Threads) -le 1 ]] && continue
            kill -KILL "$pid" 2>/dev/null && left+=" $pid"
        done
        [[ -n $left ]] || return 0
        sleep 0.05
    done
    echo "lab: cannot end these:" >&2
    for pid in $left; do echo "lab:   $pid $(<"/proc/$pid/comm") $(state_of "$pid") $(head -4 "/proc/$pid/stack" | tr '\n' ' ')" >&2; done
}

remove_cgroups() {
    local end=$((SECONDS + 10))
    local -a cgroups
    while mapfile -t cgroups < <(lab_cgroups "$1") && ((${#cgroups[@]})); do
        ((SECONDS < end)) || { echo "lab: cgroups stay: ${cgroups[*]}" >&2; return; }
        rmdir "${cgroups[@]}" 2>/dev/null || sleep 0.05
    done
}

let_go() {
    local cgroup mount pid
    for cgroup in $(lab_cgroups "$1"); do
        [[ ! -e $cgroup/freezer.state ]] || echo THAWED >"$cgroup/freezer.state"
        [[ ! -e $cgroup/cgroup.freeze ]] || echo 0 >"$cgroup/cgroup.freeze"
        [[ ! -e $cgroup/memory.limit_in_bytes ]] || { echo 0 >"$cgroup/memory.oom_control" && echo -1 >"$cgroup/memory.limit_in_bytes"; }
        [[ ! -e $cgroup/memory.max ]] || { echo max >"$cgroup/memory.max" && echo max >"$cgroup/memory.high"; }
    done 2>/dev/null
    awk -v dir="$2" 'index($5, dir "/") == 1 && / ext4 / { print $5 }' /proc/self/mountinfo | while read -r mount; do fsfreeze -u "$mount" 2>/dev/null; done
    # A FUSE connection that is aborted fails every call that waits in it.
    for pid in $(lab_pids "$1"); do [[ $(command_line "$pid") == *silent_fuse* ]] && kill -KILL "$pid"; done
}

# The sockets of the lab's shims: sha256 of the containerd socket, the namespace and the id, in containerd's own folder wherever its state is.
shim_sockets() {
    local bundle ns id suffix
    for bundle in "$1"/state/io.containerd.runtime.v2.task/*/*/ "$1"/ids/*/*/; do
        [[ -d $bundle ]] || continue
        id=$(basename "$bundle") ns=$(basename "$(dirname "$bundle")")
        for suffix in '' /debug; do echo "/run/containerd/s/$(printf %s "$1/containerd.sock$suffix/$ns/$id" | sha256sum | cut -d' ' -f1)"; done
    done
}

# Of every lab whose script is dead.
clean() {
    [[ $EUID == 0 ]] || fail "needs root"
    local dir pid started
    for dir in "$lab_prefix".*/; do
        dir=${dir%/}
        [[ -f $dir/owner ]] || continue
        read -r pid started <"$dir/owner"
        [[ -d /proc/$pid && $(start_time_of "$pid") == "$started" ]] && continue
        echo "taking down $dir"
        take_down_lab "lab-${dir##*.}" "$dir"
    done
}
