# What the suite's parts share.

source "$(dirname "${BASH_SOURCE[0]}")/../tap.sh"

# tells NAME FOUND EXPECTED: of what the last command said
tells() { if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "'$2', not '$3' (exit code $code) $err"; fi; }
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
