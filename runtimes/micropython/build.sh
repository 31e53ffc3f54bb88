#!/bin/bash
# MicroPython's Unix port as micropython/variant describes it. See ../common.sh for how it is called.
. "$(dirname "$0")/../common.sh"
need_tools python3=python3-minimal

build() {
  local port=$work/micropython/ports/unix
  say 0 "reading Debian's lists"
  open_suite trixie
  say 10 "fetching micropython"
  fetch trixie micropython micropython
  version_of micropython
  open_compiler
  cp -R "$here/variant" "$port/variants/function"
  # Where the makefiles look for sources of the port.
  mv "$port/variants/function/heap.c" "$port/"
  follow 15 95 300 "compiling micropython" make -j"$jobs" -C "$port" VARIANT=function BUILD=build STRIP=true COPT='-O2 -DNDEBUG' CWARN=-Wall \
    CC=static-cc LDFLAGS_EXTRA=-static
  install_program "$port/build/micropython"
}

main "$@"; exit
