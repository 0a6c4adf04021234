# What the suites in bash share; to be sourced. Tests are told as TAP has them (the rules: scripts/test), waits have a bound.
shimtrace=${SHIMTRACE:-$PWD/build/release/shimtrace}
work=$(mktemp -d) # goes away with the suite; one with a trap of its own takes it along
trap 'rm -rf "$work"' EXIT
about=   # stands before each test's name
failed=0 # what the suite exits with

ok() { echo "ok $about$1"; }
# not_ok NAME WHY: whatever WHY is, it is one line.
not_ok() {
    local why=${2:-}
    why=${why//$'\n'/|}
    echo "not ok $about$1${why:+ - ${why:0:2000}}"
    failed=1
}
skip() { echo "ok $about$1 # skip $2"; }
# is NAME WANTED GOT
is() { if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "wanted '$2', got '$3'"; fi; }
# check NAME COMMAND...: it succeeds; what it prints last is why it did not.
check() {
    local name=$1
    shift
    if "$@" >"$work/check.out" 2>&1; then ok "$name"; else not_ok "$name" "$(tail -3 "$work/check.out")"; fi
}
# same NAME FILE FILE: both hold the same.
same() { if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$(diff "$2" "$3" | head -3)"; fi; }
# until_true SECONDS COMMAND...: asked again and again, and what it says is of no matter. Seconds of a quiet machine: on a busy one each look
# takes longer, and so do all together.
until_true() {
    local end=$((SECONDS + $1)) looks=$(($1 * 20))
    shift
    until "$@" >/dev/null 2>&1; do
        ((--looks > 0 || SECONDS < end)) || return 1
        sleep 0.05
    done
}
# part NAME COMMAND...: runs a part of the suite, often in a lab (scripts/lab hold … -- PART), and tells what it tells. One that ends with 77 and
# no test could not be made here, for the reason that it said last.
part() {
    local name=$1 output ended
    shift
    output=$("$@" 2>&1 </dev/null)
    ended=$?
    if ((ended == 77)) && ! grep -qE '^(not )?ok ' <<<"$output"; then
        skip "$name" "${output##*$'\n'}"
        return
    fi
    echo "$output"
    ((ended == 0)) && return
    grep -q '^not ok ' <<<"$output" || not_ok "$name" "it ended with status $ended"
    failed=1
}
