# What the parts of this suite share; to be sourced.
source tests/tap.sh
size_of() { stat -c %s "$1" 2>/dev/null || echo 0; }
bigger() { (($(size_of "$1") > $2)); }
replay() { "$shimtrace" replay "$@"; }
# warned FILE WORDS: the replay ends well, and says so on standard error.
warned() {
    replay "$1" >"$work/warned.out" 2>"$work/warned.err" || { echo "replay ended with $?"; return 1; }
    grep -q "warning: .*$2" "$work/warned.err" || { echo "no warning of '$2':"; cat "$work/warned.err"; return 1; }
}
