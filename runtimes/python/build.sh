#!/bin/bash
# CPython with every module that needs no other library built in, and its standard library as one archive.
# See ../common.sh for how it is called.
. "$(dirname "$0")/../common.sh"
need_tools

# Modules of C that functions cannot use, or that want libraries which would have to be built first.
# Those of sockets and processes stay: much imports them that does not call them.
left_out='_ctypes _ssl _hashlib _sqlite3 _tkinter _curses _curses_panel readline _bz2 _lzma _dbm _gdbm nis _uuid _crypt ossaudiodev
  _posixshmem _multiprocessing syslog spwd termios audioop _lsprof _xxsubinterpreters xxlimited xxlimited_35 xxsubtype'

configure_zlib() (cd "$work/zlib" && CC=static-cc CFLAGS=-O2 ./configure --static)

# In its own folder, so that no path of this machine gets into the program.
configure_python() (
  cd "$work/python" || exit
  arguments=()
  for each in $left_out; do arguments+=("py_cv_module_$each=n/a"); done
  MODULE_BUILDTYPE=static PKG_CONFIG=false ./configure --prefix=/ --disable-shared --disable-test-modules --with-ensurepip=no \
    CC=static-cc OPT='-DNDEBUG -O2 -fwrapv -Wall' CPPFLAGS=-I../zlib LDFLAGS='-static -L../zlib' "${arguments[@]}" &&
    # configure has found out what can be built, and as what; makesetup reads Setup.local last.
    mv Modules/Setup.stdlib Modules/Setup.local
)

# By the interpreter itself, which takes modules from a folder as well: its byte code is its own.
pack_library() {
  mkdir "$work/tree" && ln -s ../python/Lib "$work/tree/lib" &&
    PAPPUS_ROOT=$work/tree "$work/python/python" "$here/library.py" "$work/python/Lib" "$out/library/python.zip"
}

build() {
  say 0 "reading Debian's lists"
  open_suite bookworm
  say 2 "fetching python3.11"
  fetch bookworm python3.11 python
  say 4 "fetching zlib"
  fetch bookworm zlib zlib
  version_of python
  cp "$here/main.c" "$work/python/Programs/python.c"
  open_compiler
  follow 5 6 20 "configuring zlib" configure_zlib
  follow 6 8 30 "compiling zlib" make -j"$jobs" -C "$work/zlib" libz.a
  follow 8 15 800 "configuring python" configure_python
  follow 15 92 330 "compiling python" make -j"$jobs" -C "$work/python" python
  follow 92 99 1 "packing the standard library" pack_library
  install_program "$work/python/python"
}

main "$@"; exit
