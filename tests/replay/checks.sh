# What the parts of this suite share; to be sourced. $shimtrace is the program, $work a folder that goes away.
shimtrace=${SHIMTRACE:-$PWD/build/release/shimtrace}
work=$(mktemp -d)
failed=0 # what a part exits with
ok() { echo "ok $1"; }
not_ok() {
    echo "not ok $1 - ${2//$'\n'/ }"
    failed=1
}
# check NAME COMMAND…: ok where the command succeeds; what it prints last is why it did not.
check() {
    local name=$1
    shift
    if "$@" >"$work/check.out" 2>&1; then ok "$name"; else not_ok "$name" "$(tail -3 "$work/check.out")"; fi
}
# same NAME FILE FILE: ok where both hold the same.
same() { if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$(diff "$2" "$3" | head -3)"; fi; }
# until_true COMMAND…: asked again and again, for a minute of a quiet machine at the most.
until_true() {
    local tries
    for ((tries = 0; tries < 1200; ++tries)); do
        "$@" && return
        sleep 0.05
    done
    return 1
}
size_of() { stat -c %s "$1" 2>/dev/null || echo 0; }
bigger() { (($(size_of "$1") > $2)); }
replay() { "$shimtrace" replay "$@"; }
# warned FILE WORDS: the replay ends well, and says so on standard error.
warned() {
    replay "$1" >"$work/warned.out" 2>"$work/warned.err" || { echo "replay ended with $?"; return 1; }
    grep -q "warning: .*$2" "$work/warned.err" || { echo "no warning of '$2':"; cat "$work/warned.err"; return 1; }
}
