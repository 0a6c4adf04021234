# build_program NAME [CC-ARGUMENT...]: compiles tests/lab/NAME.c into the lab's folder. A container gets a static one.
build_program() {
    cc -O1 -Wall -Wextra -static -o "$lab_dir/$1" "$lab_home/../tests/lab/$1.c" "${@:2}" || fail "$1.c does not compile"
}

# build_32_bit_program NAME: the same for i386, without a C library, which a minimal machine has for its own architecture alone.
build_32_bit_program() {
    cc -m32 -O1 -Wall -Wextra -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
        -o "$lab_dir/$1" "$lab_home/../tests/lab/$1.c" || fail "$1.c does not compile"
}
