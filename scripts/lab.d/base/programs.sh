# build_program NAME [CC-ARGUMENT...]: compiles tests/lab/NAME.c into the lab's folder. A container gets a static one.
build_program() {
    cc -O1 -Wall -Wextra -static -o "$lab_dir/$1" "$lab_home/../tests/lab/$1.c" "${@:2}" || fail "$1.c does not compile"
}
