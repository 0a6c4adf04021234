# Sourced: one test a command whose JSON must be as docs/schemas has it.
source tests/tap.sh

# conforms NAME ARGUMENT...: what shimtrace prints with these arguments.
conforms() {
    local name=$1 faults
    shift
    timeout 180 "$SHIMTRACE" "$@" >"$work/json" 2>"$work/errors"
    if [[ ! -s $work/json ]]; then
        not_ok "$name" "it printed nothing: $(head -c 300 "$work/errors")"
    elif faults=$(/usr/bin/python3 tests/schemas/validate "$work/json" 2>&1); then
        ok "$name"
    else
        not_ok "$name" "$(head -3 <<<"${faults//$work\/json: /}")"
    fi
}
