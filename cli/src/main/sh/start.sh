# Starting the command: shared by the launchers of the source tree and of the archive.

say() { printf 'pappus: %s\n' "$*" >&2; }

die() {
  say "error: $1"
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# start_java LIB GUEST ARGUMENT…: becomes the command, with the jars in LIB and the guest programs in GUEST.
start_java() {
  lib=$1 guest=$2
  shift 2
  case ${1:-} in
  server | demo | bench | dev)
    # The node: all compiler tiers, and a collector without threads of its own on a small heap.
    jvm='-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -Xms24m -XX:MaxRAMPercentage=40'
    ;;
  *)
    # Commands that live for a blink: the quick compiler is enough.
    jvm='-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:TieredStopAtLevel=1 -Xms16m -Xmx512m'
    ;;
  esac
  # Java decodes arguments and file names by the locale; without one it would take ASCII alone.
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *[Uu][Tt][Ff]*8) ;;
  *) export LC_ALL=C.UTF-8 ;;
  esac
  if [ -t 2 ]; then terminal=true; else terminal=false; fi
  if [ -t 1 ]; then terminal_out=true; else terminal_out=false; fi
  # shellcheck disable=SC2086 # options are words
  exec "$jdk/bin/java" $jvm --enable-native-access=ALL-UNNAMED \
    -Dpappus.home="$home" -Dpappus.terminal=$terminal \
    -Dpappus.terminal.out=$terminal_out -Dpappus.guest.build="$guest" \
    ${PAPPUS_JAVA_OPTS:-} -cp "$lib/*" dev.pappus.cli.Main "$@"
}
