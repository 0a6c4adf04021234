# Sourced: how long something takes, told so that a busy machine is no reason.
gone() { [[ ! -e /proc/$1 || $(awk '/^State/ { print $2 }' "/proc/$1/status" 2>/dev/null) == Z ]]; }
since() { echo $(((${EPOCHREALTIME/./} - ${1/./}) / 1000)); } # milliseconds

# PID MOST: waits for its end: for MOST milliseconds of a quiet machine and some more. $took: how long it took; $allowed: MOST, and as much
# longer as the machine was slower meanwhile than a quiet one, told by what the starts of two plain processes cost, which each look makes.
quiet_look=20 # milliseconds, 10 of which are slept: more than it takes where nobody else wants the CPU
await_end() {
    local begin=$EPOCHREALTIME looks=1
    until gone "$1" || ((looks > ($2 + 30000) / quiet_look)); do
        sleep 0.01
        ((++looks))
    done
    took=$(since "$begin")
    allowed=$((took / looks > quiet_look ? $2 * took / looks / quiet_look : $2))
}
