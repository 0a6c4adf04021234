# What the makers of packages share. Sourced.

fail() { echo "${0##*/}: $*" >&2; exit 1; }

# Who answers for a package; who builds it for others puts their own address there.
maintainer=${SHIMTRACE_MAINTAINER:-shimtrace authors <packages@shimtrace.invalid>}

# What is packaged for, as uname -m has it, and as Debian and OCI images have it.
package_arch=${SHIMTRACE_PACKAGE_ARCH:-$(uname -m)}
debian_arch=amd64
[[ $package_arch != aarch64 ]] || debian_arch=arm64

# 0.1.0 of the commit that carries the tag v0.1.0; of any other what sorts before it: 0.1.0~20260102.0123abcd4567.
package_version() {
    local version
    version=$(sed -n 's/^project(shimtrace VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
    if ! git tag --points-at HEAD | grep -qxF "v$version"; then
        version+="~$(TZ=UTC git log -1 --format=%cd --date=format-local:%Y%m%d).$(git rev-parse --short=12 HEAD)"
    fi
    echo "$version"
}

# packed DIRECTORY NAME: a tar.gz of it under that name, the same bytes for the same files.
packed() {
    tar --create --directory "$1" --transform "s,^\.,$2," --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
        --format=gnu . | gzip -9n
}

# What a release is to be: at most 8 MiB (said where it is more), and it needs nothing beside it.
program_fits() {
    local bytes
    bytes=$(stat -c %s "$1")
    ((bytes <= 8 * 1024 * 1024)) || echo "${0##*/}: the program has $bytes bytes: more than 8 MiB" >&2
    ! readelf -lW "$1" | grep -q INTERP || fail "the program asks for a dynamic linker"
    readelf -lW "$1" | grep -q GNU_EH_FRAME || fail "the program has no .eh_frame_hdr: an exception would end it"
}
