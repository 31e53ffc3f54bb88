# What the adapters share; docs/benchmarks.md describes what they are given and must do. Sourced.

# say_why TEXT: ends a check with the reason.
say_why() {
  printf '%s\n' "$*"
  exit 1
}

# alive PID: whether it runs; a process that has ended and that nobody has waited for does not.
alive() {
  kill -0 "$1" 2>/dev/null && ! grep -qs '^State:.Z' "/proc/$1/status"
}

# in_background MARK COMMAND…: starts a server, waits until it prints a line that begins with MARK,
# and prints that line. The server's identifier stays in $BENCH_STATE/pid, its words in out and log.
# It writes the identifier itself, before it is the server: whoever ends this script finds it there.
in_background() {
  mark=$1
  shift
  : >"$BENCH_STATE/out"
  sh -c 'echo $$ >"$0" && exec "$@"' "$BENCH_STATE/pid" "$@" >"$BENCH_STATE/out" 2>"$BENCH_STATE/log" </dev/null &
  server=$!
  while ! grep -q "^$mark" "$BENCH_STATE/out"; do
    if ! alive "$server"; then
      tail -n 3 "$BENCH_STATE/log" >&2
      return 1
    fi
    sleep 0.05
  done
  grep "^$mark" "$BENCH_STATE/out"
}

# stop_server: ends what in_background has started, and waits until it is gone.
stop_server() {
  [ -e "$BENCH_STATE/pid" ] || return 0
  server=$(cat "$BENCH_STATE/pid")
  rm -f "$BENCH_STATE/pid"
  kill "$server" 2>/dev/null || return 0
  patience=200
  while alive "$server"; do
    patience=$((patience - 1))
    [ "$patience" -gt 0 ] || { kill -9 "$server" 2>/dev/null || true; return 0; }
    sleep 0.05
  done
}

# front_end KIND: serves KIND over the node's HTTP server, and says where.
front_end() {
  line=$(in_background 'listening ' "$BENCH_PAPPUS" bench serve --kind "$1" --port 0 --size "$BENCH_SIZE")
  printf 'url=%s\n' "${line#listening }"
}

# can_serve PROGRAM FILE…: whether the program is on the PATH, and the files in $BENCH_GUEST. Whether it works here
# shows when it is started.
can_serve() {
  PATH=$PATH:/usr/sbin
  [ -z "$1" ] || command -v "$1" >/dev/null || say_why "$1 is not on the PATH"
  shift
  for file in "$@"; do
    [ -e "$BENCH_GUEST/$file" ] || say_why "$file is not built: run 'make -C guest'"
  done
}
