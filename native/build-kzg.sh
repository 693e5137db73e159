#!/usr/bin/env bash
# Builds artifacts/native/libckzg.so (c-kzg-4844 with blst, all symbols exported) from the C sources in the npm
# package c-kzg, and puts the trusted setup of EIP-4844 beside it. Does nothing when that has been done before.
set -euo pipefail

version=4.1.0
# Of the npm tarball, in the form of npm's `dist.integrity`: base64 of SHA-512.
integrity='eliOBB2GKoT5Nk4LwN418O8kWfXCwepHj3kd6z0zKrzIdJbry0Y8IDPYzE5Dxw/fs386PGO6zQRqy8LSVtR5tQ=='

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/artifacts/native
stamp="c-kzg $version ${CC:-gcc}"

fail() {
    echo "build-kzg: $*" >&2
    exit 1
}

need() {
    command -v "$1" >/dev/null 2>&1 || fail "$1 is missing; $2"
}

if [ -f "$out/libckzg.so" ] && [ -f "$out/trusted_setup.txt" ] && [ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

need "${CC:-gcc}" "install a C compiler (Debian: apt-get install gcc libc6-dev)"
need npm "it fetches the sources of c-kzg $version (Debian: apt-get install npm)"
need tar "it unpacks the sources"
need openssl "it checks the tarball's hash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

npm pack --silent "c-kzg@$version" >/dev/null 2>npm.log ||
    fail "npm could not fetch c-kzg $version: $(tail -n 1 npm.log)"
tarball=c-kzg-$version.tgz
[ -f "$tarball" ] || fail "npm wrote no $tarball"

actual=$(openssl dgst -sha512 -binary "$tarball" | openssl base64 -A)
[ "$actual" = "$integrity" ] || fail "$tarball has sha512 $actual, not the pinned $integrity"

tar -xzf "$tarball" package/deps
cd package/deps
# __BLST_PORTABLE__: chooses between ADX and plain code when it runs, so the library works on any x86-64 or arm64.
"${CC:-gcc}" -O2 -shared -fPIC -D__BLST_PORTABLE__ -Iblst/bindings -Ic-kzg \
    c-kzg/ckzg.c blst/src/server.c blst/build/assembly.S -o libckzg.so >"$work/gcc.log" 2>&1 ||
    fail "the compiler failed: $(grep -m 1 -i error "$work/gcc.log" || tail -n 1 "$work/gcc.log")"

mkdir -p "$out"
# Renames are atomic: a process that has the old library mapped keeps it, and no one sees half a file.
cp c-kzg/trusted_setup.txt "$out/.trusted_setup.txt" && mv "$out/.trusted_setup.txt" "$out/trusted_setup.txt"
cp libckzg.so "$out/.libckzg.so" && mv "$out/.libckzg.so" "$out/libckzg.so"
echo "$stamp" >"$out/stamp"
echo "build-kzg: built artifacts/native/libckzg.so from c-kzg $version"
