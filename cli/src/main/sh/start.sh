# Starting the command: shared by the launchers of the source tree and of the archive.

say() { printf 'pappus: %s\n' "$*" >&2; }

die() {
  say "error: $1"
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# The JVM of a node: all compiler tiers, a collector without threads of its own on a small heap, which shrinks as soon as
# HeapGrowth lets it, no search for leaks, and memory outside of the heap that a burst of registrations has freed goes back
# to the system. Threads begin with 64 KiB of the heap each, until its first collection tells what they need: with more of
# it that collection would be part of the start. Netty tells the JVM's recorder nothing of its buffers, as the first
# request would have to wait for what that needs (45 ms). It speaks no language: of locales it takes what the host has,
# that is nothing on Linux, as SQLite's calendar would look through all that Java has. NodeJvm has the same options.
node_options='-XX:+UseSerialGC -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED
  -Xms32m -XX:NewSize=16m -XX:TLABSize=64k -XX:MaxRAMPercentage=40 -XX:-ShrinkHeapInSteps
  -XX:TrimNativeHeapInterval=20000 -Dio.netty.leakDetection.level=disabled -Dio.netty.jfr.enabled=false
  -Djava.locale.providers=HOST'

# That of a command that lives for a blink: the quick compiler is enough, nobody watches it, most end before their first
# collection, and large pages spare a fault for each 4 KiB of the heap; that a host has none is no news.
command_options='-XX:+UseSerialGC -XX:+UseCompactObjectHeaders --enable-native-access=ALL-UNNAMED
  -XX:TieredStopAtLevel=1 -Xms32m -XX:NewSize=24m -Xmx512m -XX:+UseTransparentHugePages -Xlog:pagesize=off
  -XX:-UsePerfData'

# Named, or the jar would be searched for others; SLF4J would say so on standard error.
log_options='-Dslf4j.provider=dev.pappus.server.telemetry.ProcessLogProvider -Dslf4j.internal.verbosity=WARN'

# start_java LIB GUEST CACHE ARGUMENT…: becomes the command, with the jar in LIB and the guest
# programs in GUEST; the folder CACHE belongs to exactly this jar.
start_java() {
  lib=$1 guest=$2 cache=$3
  shift 3
  case ${1:-} in
  server | demo | bench | dev) role=node options=$node_options ;;
  *) role=command options=$command_options ;;
  esac
  # Java decodes arguments and file names by the locale; without one it would take ASCII alone.
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *[Uu][Tt][Ff]*8) ;;
  *) export LC_ALL=C.UTF-8 ;;
  esac
  use_cache "$cache-$jdk_version" $role "${1:-}"
  if [ -t 0 ]; then terminal_in=true; else terminal_in=false; fi
  if [ -t 2 ]; then terminal=true; else terminal=false; fi
  if [ -t 1 ]; then terminal_out=true; else terminal_out=false; fi
  set -- -cp "$lib/*" dev.pappus.cli.Main "$@"
  # A cache that does not fit is no news to whoever runs a command.
  [ -z "$cache_option" ] || set -- '-Xlog:aot*=off' '-Xlog:cds*=off' "$cache_option" "$@"
  # shellcheck disable=SC2086 # options are words
  exec "$jdk/bin/java" $options $log_options ${sqlite_option:+"$sqlite_option"} ${netty_option:+"$netty_option"} \
    -Dpappus.home="$home" -Dpappus.terminal=$terminal \
    -Dpappus.terminal.in=$terminal_in -Dpappus.terminal.out=$terminal_out \
    -Dpappus.guest.build="$guest" ${PAPPUS_JAVA_OPTS:-} "$@"
}
