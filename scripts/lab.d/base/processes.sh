# What processes do, read from /proc: every hang is checked with these before it is called one. Polled often, also on a busy machine: few of them fork.

declare -a lab_hangs=()  # the condition that makes the hang: in words, then the command that checks it

fail() {
    echo "lab: $*" >&2
    [[ ! -s $lab_dir/log ]] || tail -3 "$lab_dir/log" | sed 's/^/lab: log: /' >&2
    exit 1
}

# eventually SECONDS WHAT CONDITION...: polls a command; when it never comes true, WHAT is what failed. The seconds are those of a quiet machine: it
# is waited for four times as long. LAB_PATIENCE: so many times that, on a slow one.
eventually() {
    local end=$((${EPOCHREALTIME/[.,]/} + $1 * 4000000 * ${LAB_PATIENCE:-1})) what=$2 pause=0.02
    ((${LAB_PATIENCE:-1} == 1)) || pause=0.1  # there each look has its price
    shift 2
    until "$@"; do
        ((${EPOCHREALTIME/[.,]/} < end)) || fail "did not come about in time: $what"
        sleep "$pause"
    done
    # What a hang is waited for last is what makes it one.
    [[ $1 == remember ]] || lab_hangs=("$what" "$@")
}

# still_hangs: what was true when the hang had been made is true at its end, unless LAB_DIR/ended says that it was ended on purpose.
still_hangs() {
    # A tracer that came and went has left a sleep or a poll in restart_syscall.
    [[ ${lab_hangs[1]:-} != stays_in_call ]] || lab_hangs+=(219)
    ((${#lab_hangs[@]} == 0)) || [[ -e $lab_dir/ended ]] || eventually 5 "${lab_hangs[0]}, to the end" "${lab_hangs[@]:1}"
}

# The letter of a process's (or TID's) state; empty when there is none.
state_of() { status_of "$1" State; }

# status_of PID FIELD: the first word of a line of /proc/PID/status.
status_of() {
    local field value rest
    while read -r field value rest; do
        [[ $field != "$2:" ]] || { echo "$value"; break; }
    done 2>/dev/null <"/proc/$1/status" || true
}

in_state() { [[ $(state_of "$1") == ["$2"] ]]; }

# end_process PID: with SIGKILL, and waits until it has.
end_process() {
    kill -KILL "$1"
    eventually 60 "$1 ends" gone "$1"
}

gone() { [[ ! -d /proc/$1 ]] || in_state "$1" ZX; }

parent_of() { status_of "$1" PPid; }

start_time_of() { local line && line=$(<"/proc/$1/stat") && line=${line##*) } && set -- $line && echo "${20}"; }

# Where aarch64 has another number than x86-64: the same call, or the one that programs make in its place there.
declare -A arm_calls=([0]=63 [1]=64 [2]=56 [4]=79 [7]=73 [20]=66 [23]=72 [34]=73 [35]=115 [42]=203 [43]=202 [44]=206 [45]=207 [46]=211 [47]=212 [61]=260 [72]=25 [73]=32 [83]=34
    [202]=98 [219]=128 [220]=193 [230]=115 [232]=22 [247]=95 [257]=56 [262]=79 [270]=72 [271]=73 [281]=22 [288]=242 [332]=291)

# in_call PID NUMBER...: some thread of it is in one of these system calls (x86-64 numbers).
in_call() {
    local pid=$1 task call rest number
    shift
    if [[ $HOSTTYPE == aarch64 ]]; then
        for number; do set -- "$@" "${arm_calls[$number]:-x}" && shift; done
    fi
    for task in /proc/"$pid"/task/*/syscall; do
        { read -r call rest <"$task"; } 2>/dev/null || continue
        [[ " $* " == *" $call "* ]] && return 0
    done
    return 1
}

# The voluntary context switches of all threads: unchanged means that nothing ran.
switches_of() { cat /proc/"$1"/task/*/status 2>/dev/null | awk '/ctxt_switches/ { sum += $2 } END { print sum + 0 }'; }

# stays_in_call PID NUMBER...: in the call, and nothing of it ran for a tenth of a second.
stays_in_call() {
    in_call "$@" || return 1
    local before
    before=$(switches_of "$1")
    sleep 0.1
    in_call "$@" && [[ $(switches_of "$1") == "$before" ]]
}

# stays_in_state PID LETTERS: in the state, and nothing of it ran for a tenth of a second.
stays_in_state() {
    in_state "$@" || return 1
    local before
    before=$(switches_of "$1")
    sleep 0.1
    in_state "$@" && [[ $(switches_of "$1") == "$before" ]]
}

children_of() { cat /proc/"$1"/task/*/children 2>/dev/null || true; }

only_child_of() { local -a children && children=($(children_of "$1")) && ((${#children[@]} == 1)) && echo "${children[0]}"; }

# descendants_of PID: it and all below it.
descendants_of() {
    local child
    echo "$1"
    for child in $(children_of "$1"); do descendants_of "$child"; done
}

command_line() {
    local -a words=()
    { mapfile -d '' words <"/proc/$1/cmdline"; } 2>/dev/null || true
    ((${#words[@]} == 0)) || printf '%s ' "${words[@]}"
}

# writes_nothing PID: for a tenth of a second.
writes_nothing() {
    local before
    before=$(grep wchar "/proc/$1/io")
    sleep 0.1
    [[ $(grep wchar "/proc/$1/io") == "$before" ]]
}

# writes PID: it has written more than pipes hold.
writes() {
    (($(awk '/wchar/ { print $2 }' "/proc/$1/io") > 2000000))
}

# stdout_fifo SHIM: prints the fifo that the shim copies its container's stdout into.
stdout_fifo() {
    readlink "/proc/$1/fd"/* | grep -m1 -- '-stdout$'
}

# descendant_running PID GLOB: prints the first process below PID whose command line matches.
descendant_running() {
    local pid
    for pid in $(descendants_of "$1"); do
        [[ $pid != "$1" && $(command_line "$pid") == $2 ]] && { echo "$pid"; return 0; }
    done
    return 1
}

# lab_process GLOB: prints the first process of this lab, wherever its parent is, whose command line matches.
lab_process() {
    local pid
    for pid in $(lab_pids "$lab_first_name"); do
        [[ $pid != "$$" && $(command_line "$pid") == $1 ]] && { echo "$pid"; return 0; }
    done
    return 1
}

# remember VARIABLE COMMAND...: sets VARIABLE to what COMMAND prints, and fails as it does. For use under `eventually`.
remember() {
    local -n remembered=$1
    shift
    remembered=$("$@")
}

# apart COMMAND...: in a session of its own, so that no signal of a terminal reaches it; its pid in $apart_pid.
apart() {
    setsid "$@" </dev/null &
    apart_pid=$!
    disown
}

# quietly COMMAND...: what it says goes into the lab's log.
quietly() { "$@" >>"$lab_dir/log" 2>&1; }

# stop PID: SIGSTOP, and until every thread has stopped.
stop() {
    kill -STOP "$1"
    eventually 5 "$1 is stopped" in_state "$1" T
}
