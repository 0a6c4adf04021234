# What the cases of tests/unresponsive/run are made of. Whatever they start and mount is undone by clean_up, at the end of each.
source tests/tap.sh
source tests/slowness.sh
folder=$(mktemp -d "${TMPDIR:-/tmp}/shimtrace-unresponsive.XXXXXX")
started=() server='' mount='' patient='' to_patient=''
# Of targets that have nothing to do with what is wrong. ps gives containers that are being made or removed, and runtimes at work, up to five seconds
# to settle, and some of these tests have such a runtime: it is asked of a namespace that has none, and looks at all processes all the same.
commands=('ps -n unresponsive' 'why --interval 0 1' audit "stacks $$" 'why --interval 0')

# A pid alone may soon be somebody else's.
start_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
mine() {
    local pid
    for pid in "$@"; do started+=("$pid $(start_of "$pid")"); done
    disown "$@" # so that nobody is told how they end
}
# PID START: it is still that one.
still() { [[ -n $2 && $(start_of "$1") == "$2" ]]; }
ended() { ! still "$@" || gone "$1"; }

clean_up() {
    # Without its server a file system answers everything, with an error.
    local one pid start
    [[ -n $server ]] && kill -KILL "$server" 2>/dev/null
    for pid in $(cat "$folder"/pids "$folder"/user/pids 2>/dev/null); do kill -KILL "$pid" 2>/dev/null; done
    rm -rf "$folder"/pids "$folder"/user
    for one in "${started[@]}"; do
        read -r pid start <<<"$one"
        [[ $pid == "${bystander:-}" ]] || ! still "$pid" "$start" || kill -KILL "$pid" 2>/dev/null
    done
    for one in "${started[@]}"; do
        read -r pid start <<<"$one"
        [[ $pid == "${bystander:-}" ]] || await ended "$pid" "$start"
    done
    if [[ -n $to_patient ]]; then exec {to_patient}>&-; fi
    awk -v below="$folder/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | tac | while read -r point; do umount -l "$point"; done
    started=() server='' mount='' patient='' to_patient=''
}
finish() {
    [[ $BASHPID == "$$" ]] || return # of the suite, and of no part of it
    clean_up
    [[ -n ${bystander:-} ]] && kill "$bystander"
    # Those that were left behind end once what they waited for is gone.
    await_for 30 nobody_left || not_ok "nobody is left behind" "$(grep -lsx shimtrace-asks /proc/[0-9]*/comm | xargs)"
    rm -rf "$folder" "$work"
}
trap finish EXIT
nobody_left() { ! grep -lsx shimtrace-asks /proc/[0-9]*/comm | grep -q .; }

await_for() { # SECONDS CONDITION...: seconds of a quiet machine; on a busy one each look takes longer
    local looks=$(($1 * 20))
    shift
    until "$@"; do
        ((looks-- > 0)) || return 1
        sleep 0.05
    done
}
await() { await_for 15 "$@"; }
traced() { ! grep -q '^TracerPid:.0$' "/proc/$1/status"; }
untraced() { grep -q '^TracerPid:.0$' "/proc/$1/status"; }
says_ready() { grep -q ready "$1" 2>/dev/null; }
more_lines_than() { (($(grep -c "$2" "$3") > $1)); }
goes_on() { # PATTERN FILE: lines are added, of a call that is made all the time
    await more_lines_than $(($(grep -c "$1" "$2") + 5)) "$1" "$2"
}

# A file system at $mount, served by $server.
serve() {
    mount=$(mktemp -d "$folder/mountXXX")
    "$folder/silent_server" "$mount" "$folder/patient" >"$folder/served" &
    server=$!
    mine $server
    await_for 15 says_ready "$folder/served" || { not_ok "a file system that falls silent" "it could not be made"; return 1; }
}
# MODE: $patient, on that file system; it reads lines from $to_patient.
patient() {
    [[ $1 == caller || $1 == writer ]] || kill -USR2 "$server"
    [[ $1 == caller ]] && kill -USR2 "$server"
    rm -f "$folder/input"
    mkfifo "$folder/input"
    exec {to_patient}<>"$folder/input"
    TMPDIR=$folder "$folder/patient" "$1" "$mount/file" <"$folder/input" >"$folder/ready" 2>"$folder/complaint" {to_patient}>&- &
    patient=$!
    mine $patient
    await_for 15 says_ready "$folder/ready" || { not_ok "a process that waits ($1)" "$(cat "$folder/complaint") $(where_it_waits $patient)"; return 1; }
}
# Both by a user without privileges.
serve_as_user() {
    local node=$folder/fuse
    mknod -m 666 "$node" c 10 229
    chmod 755 "$folder"
    mkdir -m 777 "$folder/user"
    # shellcheck disable=SC2016
    setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user --map-root-user --mount bash -c '
        cd "$1/user"
        mkdir m
        FUSE_DEVICE=$1/fuse "$1/silent_server" m "$1/patient" >served &
        echo $! >pids
        until grep -q ready served; do sleep 0.05; done
        kill -USR2 $!
        "$1/patient" locked m/file >ready &
        echo $! >>pids
        wait' bash "$folder" 2>"$folder/complaint" &
    mine $!
    await_for 15 says_ready "$folder/user/ready" || { not_ok "a process of a user that waits" "$(cat "$folder/complaint")"; return 1; }
}
# So that what is read of its files next has to be asked for.
drop_caches_of() { mount -o remount "$1" 2>/dev/null; }
listen_silently() {
    python3 -c 'import socket, sys, time
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(1)
print("ready", flush=True)
time.sleep(600)' "$1" >"$1.ready" &
    mine $!
    await_for 15 says_ready "$1.ready"
}

# The longest of three: the machine may be busy.
measure() {
    local begin took
    usual[$1]=0
    for _ in 1 2 3; do
        begin=$EPOCHREALTIME
        # shellcheck disable=SC2086
        timeout -k 1 30 "$SHIMTRACE" $1 >/dev/null 2>&1 </dev/null
        took=$(since "$begin")
        ((took <= usual[$1])) || usual[$1]=$took
    done
}
# COMMAND NAME: it ends, by itself, within a second of its usual time (of one that is alike, where it was not measured): a second of a quiet
# machine, and as much longer as this one is slower meanwhile.
in_time() {
    local most pid took allowed tries=3
    most=$((${usual[$1]:-${usual[why --interval 0 1]}} + 1000))
    while
        # In the background: not even kill -9 ends what sleeps uninterruptibly, and we do not wait for it.
        # shellcheck disable=SC2086
        "$SHIMTRACE" $1 >"$folder/out" 2>&1 </dev/null &
        pid=$!
        mine $pid
        await_end $pid $most
        # The best of three.
        gone $pid && ((took > allowed && --tries > 0))
    do :; done
    if ! gone $pid; then
        not_ok "$2" "it does not end: $(where_it_waits $pid)"
        kill -KILL $pid 2>/dev/null
    elif ((took > allowed)); then
        not_ok "$2" "$took ms of at most $allowed ($most on a quiet machine)"
    else
        ok "$2"
    fi
}
# COMMAND NAME: SIGINT and SIGTERM end it within a second.
ends_on_signal() {
    ends_on INT "$@"
    ends_on TERM "$@"
}
# PID: each thread's state and the innermost functions of the kernel that it is in.
where_it_waits() {
    local task
    for task in /proc/"$1"/task/*; do
        echo "${task##*/} $(sed 's/.*) //' "$task/stat" | cut -d' ' -f1) $(head -8 "$task/stack" | sed 's/^.*> //; s/+.*//' | xargs); $(cat "$task/syscall")"
    done 2>/dev/null | tail -12
}
# SIGNAL COMMAND NAME
ends_on() {
    local signal=$1 pid took allowed tries=3
    while
        rm -f "$folder"/*.shimtrace
        # shellcheck disable=SC2086
        env --default-signal=INT "$SHIMTRACE" $2 >"$folder/out" 2>&1 </dev/null &
        pid=$!
        mine $pid
        sleep 0.7 # in the midst of what it does
        kill -$signal $pid
        await_end $pid 1000
        # The best of three.
        gone $pid && ((took > allowed && --tries > 0))
    do :; done
    if ((took > allowed)) || ! gone $pid; then
        not_ok "$3 ends on SIG$signal" "after $took ms: $(tail -1 "$folder/out") $(where_it_waits $pid)"
        kill -KILL $pid 2>/dev/null
    else
        ok "$3 ends on SIG$signal"
    fi
}
# WHAT NAME: a snapshot says what could not be read.
tells_limit() {
    timeout -k 1 60 "$SHIMTRACE" why -v --interval 0 "$patient" >"$folder/limits" 2>&1 </dev/null
    if grep -q "not read: .*$1" "$folder/limits"; then
        ok "$2: what was not read is named"
    else
        not_ok "$2: what was not read is named" "$(head -c 500 "$folder/limits" | tr '\n' ' ')"
    fi
}
