#!/bin/bash
# TinyCC, and musl to link with: makes static programs of C inside of a sandbox, where everything lies in /lib.
# See ../common.sh for how it is called.
. "$(dirname "$0")/../common.sh"
need_tools
# Of the host's own package: headers and objects, as they are linked into programs.
musl=/usr/lib/x86_64-linux-musl headers=/usr/include/x86_64-linux-musl
[ -e $musl/libc.a ] && [ -e $headers/stdio.h ] || missing+=(musl-dev)

configure_tcc() (
  cd "$work/tcc" &&
    ./configure --cc=static-cc --extra-cflags=-O2 --extra-ldflags=-static --config-musl --elfinterp=/none --tccdir=/lib/tcc \
      --sysincludepaths='{B}/include:/lib/include' --libpaths='/lib:{B}' --crtprefix=/lib
)

build() {
  say 0 "reading Debian's lists"
  open_suite bookworm
  say 20 "fetching tcc"
  fetch bookworm tcc tcc
  version_of tcc
  echo "source musl $(dpkg-query -W -f '${Version}' musl-dev) installed" >>"$out/about"
  open_compiler
  follow 30 40 10 "configuring tcc" configure_tcc
  follow 40 80 30 "compiling tcc" make -j"$jobs" -C "$work/tcc" tcc
  # Compiled by what was just built, and wants no header of the system's.
  follow 80 90 5 "compiling its library" make -j"$jobs" -C "$work/tcc/lib" ../libtcc1.a
  mkdir -p "$out/library/tcc"
  cp -R "$work/tcc/include" "$work/tcc/libtcc1.a" "$out/library/tcc/"
  cp -RL $headers "$out/library/include"
  cp $musl/libc.a $musl/libm.a $musl/crt1.o $musl/crti.o $musl/crtn.o "$out/library/"
  install_program "$work/tcc/tcc"
}

main "$@"; exit
