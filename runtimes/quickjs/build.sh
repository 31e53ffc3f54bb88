#!/bin/bash
# QuickJS: ES2023, with the modules std and os. See ../common.sh for how it is called.
. "$(dirname "$0")/../common.sh"
need_tools

build() {
  say 0 "reading Debian's lists"
  open_suite trixie
  say 10 "fetching quickjs"
  fetch trixie quickjs quickjs
  version_of quickjs
  open_compiler
  # The makefile makes a compiler for the host first, which compiles the interactive shell.
  follow 15 95 22 "compiling quickjs" make -j"$jobs" -C "$work/quickjs" qjs \
    CC=static-cc HOST_CC=gcc CONFIG_LTO= LDFLAGS=-static
  install_program "$work/quickjs/qjs"
}

main "$@"; exit
