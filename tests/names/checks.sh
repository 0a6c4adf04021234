# What the suite's parts share.

status=0
ok() { echo "ok $1"; }
not_ok() {
    echo "not ok $1 - $2"
    status=1
}

# is NAME FOUND EXPECTED
is() { if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "'$2', not '$3' (exit code $code) $err"; fi; }
# has NAME TEXT PART
has() { if [[ $2 == *"$3"* ]]; then ok "$1"; else not_ok "$1" "no '$3' in: ${2:0:600}"; fi; }

# shimtrace ARGUMENT...: its output in $out, what it said of failures in $err, its exit code in $code.
shimtrace() {
    out=$(timeout -k 5 60 "$SHIMTRACE" "$@" 2>"$work/err")
    code=$?
    err=$(<"$work/err")
}

# from FILTER: of what the last command printed as JSON, in one line.
from() { jq -r "[$1] | join(\" \")" <<<"$out" 2>&1; }

# until_true SECONDS COMMAND...
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do ((SECONDS < end)) || return 1; sleep 0.05; done
}
