#!/bin/bash
# Programs that others have written, for tests of sandboxes: glibc's tests, Lua, BusyBox. They lie in a folder of
# the cache of runtimes; ForeignPrograms calls this as ../../../../runtimes/common.sh says.
. "$(dirname "$0")/../../../../runtimes/common.sh"
need_tools musl-gcc=musl-tools
has_static_libc || missing+=(libc6-dev)

# Tests that stand alone. Most others are linked with a library of glibc's that has them run in processes of their own.
test_sources() {
  (
    cd "$work/glibc" && grep -lE '^(int +)?main *\(' */*.c | xargs grep -LE 'support/|test-skeleton' |
      grep -vE '^(benchtests|catgets|conform|debug|dlfcn|elf|fbtl|gmon|hurd|iconv|inet|login|mach|manual|nis|nptl|nscd|nss|resolv|rt|scripts|sunrpc|timezone)/'
  ) | LC_ALL=C sort
}

# compile_test SOURCE: by both compilers; what does not compile wants more of glibc than it shows its users.
compile_test() {
  local source=$1 name libc compiler built=
  name=$(printf '%s' "${source%.c}" | tr -c 'A-Za-z0-9' _)
  for libc in musl glibc; do
    compiler=gcc
    [ $libc = glibc ] || compiler=musl-gcc
    if $compiler -static -std=gnu17 -O1 -w -D_GNU_SOURCE -ffile-prefix-map="$work"=. \
      "$work/glibc/$source" -o "$out/library/$name-$libc" -lm; then
      built="$built $libc"
      strip "$out/library/$name-$libc"
    fi
  done
  echo "$name $source$built" >"$work/lines/$name"
  echo "$source"
}

compile_tests() {
  mkdir "$work/lines"
  export work out
  export -f compile_test
  test_sources | xargs -P "$jobs" -I '{}' bash -c 'compile_test "$1"' compile '{}' &&
    cat "$work"/lines/* >"$out/library/tests"
}

compile_lua() {
  local libc compiler sources
  # Debian's packages ask this header where libraries lie.
  echo '#define DEB_HOST_MULTIARCH "none"' >"$work/lua/src/lua5.4-deb-multiarch.h"
  for libc in musl glibc; do
    compiler=gcc
    [ $libc = glibc ] || compiler=musl-gcc
    sources=$(ls "$work"/lua/src/*.c | grep -v '/luac\.c$')
    $compiler -static -O2 -w $sources -o "$out/library/lua-$libc" -lm && strip "$out/library/lua-$libc" || return 1
  done
}

# Its binary package has it static.
fetch_busybox() {
  local state=$work/apt-binaries
  mkdir -p "$state"/lists/partial "$state"/cache/archives/partial "$work/busybox"
  sed 's/^deb-src/deb/' "$work/apt-bookworm/sources.list" >"$state/sources.list"
  sed "s#$work/apt-bookworm#$state#" "$work/apt-bookworm/apt.conf" >"$state/apt.conf"
  apt_get "$state" update >&2 || fail "the lists of Debian's packages could not be read" "is the mirror reachable?"
  (cd "$work/busybox" && apt_get "$state" download busybox-static >&2) ||
    fail "busybox-static could not be fetched" "is the mirror reachable?"
  dpkg-deb -x "$work"/busybox/busybox-static_*.deb "$work/busybox" || fail "busybox-static could not be unpacked"
  cp "$work/busybox/bin/busybox" "$out/library/busybox-glibc"
  echo "package $(basename "$work"/busybox/busybox-static_*.deb .deb)" >>"$out/about"
}

build() {
  say 0 "reading Debian's lists"
  open_suite bookworm
  say 10 "fetching glibc"
  fetch bookworm glibc glibc
  say 20 "fetching lua5.4"
  fetch bookworm lua5.4 lua
  say 25 "fetching busybox"
  fetch_busybox
  echo "compiler $(gcc --version | head -n 1)" >>"$out/about"
  follow 35 45 1 "compiling lua" compile_lua
  follow 45 95 170 "compiling tests" compile_tests
}

main "$@"; exit
