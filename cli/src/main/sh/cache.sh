# What makes starts quick: the JVM's caches of loaded and linked classes, one for nodes and one for other commands,
# and the libraries of SQLite and Netty, which each node would unpack anew. Sourced by the launchers.

sqlite_folder=org/sqlite/native/Linux/x86_64
sqlite_library=$sqlite_folder/libsqlitejdbc.so
netty_folder=META-INF/native
netty_library=$netty_folder/libnetty_transport_native_epoll_x86_64.so

# Where the JVM looks for libraries by itself.
library_path=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/java/packages/lib:/usr/lib64:/lib64:/lib:/usr/lib

# How long a node has the machine to itself before caches are made beside it.
cache_delay_seconds=10

# use_cache FOLDER ROLE COMMAND: sets cache_option, sqlite_option and netty_option to what makes the JVM use the caches in
# FOLDER, and has them made if they are missing. The JVM starts without a cache that does not fit it.
use_cache() {
  cache=$1 cache_option='' sqlite_option='' netty_option=''
  case ${PAPPUS_CACHE:-on} in
  off) ;;
  now)
    if can_make_caches; then
      make_caches || say "no caches made"
    else
      say "no caches made: ${cache%/*} cannot be written, or there is no flock"
    fi
    ;;
  on)
    case $3 in
    bench) ;;
    server) make_caches_behind "$cache_delay_seconds" ;;
    *) make_caches_behind 0 ;;
    esac
    ;;
  *) die "PAPPUS_CACHE must be on, off or now, not '$PAPPUS_CACHE'" ;;
  esac
  [ "$3" != bench ] || hold_caches
  [ "${PAPPUS_CACHE:-on}" != off ] && is_of_this_jar || return 0
  ! is_as_made "$cache/$2.aot" || cache_option=-XX:AOTCache=$cache/$2.aot
  ! is_as_made "$cache/$sqlite_library" || sqlite_option=-Dorg.sqlite.lib.path=$cache/$sqlite_folder
  ! is_as_made "$cache/$netty_library" || netty_option=-Djava.library.path=$cache/$netty_folder:$library_path
}

# Whether nobody has written to a file of the cache since it was made: the JVM would crash on a damaged one, and reading
# through all of it first (-XX:+VerifySharedSpaces) takes as long as the rest of a command's start.
is_as_made() {
  [ -r "$1" ] && [ -e "$cache/made" ] && [ ! "$1" -nt "$cache/made" ]
}

# is_of_this_jar [CACHE]: whether there is a cache, and the jar is the one that it was made with, as far as its time
# tells; the JVM of JDK 25 does not look.
is_of_this_jar() {
  mark=${1:-$cache}/jar
  [ -e "$mark" ] && [ ! "$lib/pappus.jar" -nt "$mark" ] && [ ! "$lib/pappus.jar" -ot "$mark" ]
}

can_make_caches() {
  [ -w "${cache%/*}" ] && command -v flock >/dev/null
}

# In the background only where nobody is harmed: a container with a memory limit may end as a whole
# when it is reached.
may_make_caches() {
  ! is_of_this_jar && can_make_caches && ! failed_lately && ! memory_is_limited
}

# A try that failed is not repeated by every start.
failed_lately() {
  [ -n "$(find "$cache.failed" -mmin -1440 2>/dev/null)" ]
}

# Whether a control group of this process, or one above, limits its memory: cgroups(7), both versions.
memory_is_limited() {
  group=$(sed -n 's/^0:://p' /proc/self/cgroup 2>/dev/null)
  has_limit /sys/fs/cgroup "$group" memory.max && return 0
  group=$(sed -n 's/^[0-9]*:\([^:]*,\)*memory\(,[^:]*\)*://p' /proc/self/cgroup 2>/dev/null)
  has_limit /sys/fs/cgroup/memory "$group" memory.limit_in_bytes
}

# has_limit ROOT GROUP FILE: the kernel writes "max", or in version 1 a number of 19 digits, where there is none.
has_limit() {
  group=$2
  while :; do
    if [ -r "$1$group/$3" ]; then
      read -r limit <"$1$group/$3"
      [ "$limit" = max ] || [ "${#limit}" -ge 19 ] || return 0
    fi
    case $group in
    */*) group=${group%/*} ;;
    *) return 1 ;;
    esac
  done
}

# make_caches_behind SECONDS: makes them in the background, if that may be, but not before so long. What does it is
# nobody's child, so that a node does not count it as its own; neither Ctrl-C nor a closed terminal ends it half-way.
make_caches_behind() {
  ! may_make_caches || (
    (
      trap '' HUP INT
      [ "$1" = 0 ] || sleep "$1"
      make_caches
    ) </dev/null >/dev/null 2>&1 &
  )
}

# Makes both unless they are there or being made, or something is being measured. The folder appears when all
# is done, so that no start sees half a file, and only if it has worked.
make_caches() (
  exec 7>"$cache.lock"
  flock -n 7 || {
    say "no caches made: somebody makes them, or measures something"
    exit 0
  }
  ! is_of_this_jar || exit 0
  rm -rf "$cache.new"
  mkdir -p "$cache.new/tmp"
  touch -r "$lib/pappus.jar" "$cache.new/jar" || true
  unset OTEL_EXPORTER_OTLP_ENDPOINT # nobody wants to see these invocations
  (cd "$cache.new" && "$jdk/bin/jar" xf "$lib/pappus.jar" $sqlite_library $netty_library) >/dev/null 2>&1 ||
    rm -rf "$cache.new/org" "$cache.new/META-INF"
  rehearse >/dev/null 2>&1 || true
  rm -rf "$cache.new/tmp"
  sync "$cache.new"/*.aot "$cache.new/$sqlite_library" "$cache.new/$netty_library" 2>/dev/null || true
  if [ -s "$cache.new/node.aot" ] && [ -s "$cache.new/command.aot" ] && is_of_this_jar "$cache.new"; then
    : >"$cache.new/made"
    rm -rf "$cache"
    mv "$cache.new" "$cache"
    rm -f "$cache.failed"
  else
    rm -rf "$cache.new"
    : >"$cache.failed"
    say "no caches made: this JVM cannot, or memory or disk ran out"
  fi
)

# What measures waits until nobody makes caches any more, and nobody does until this process ends.
hold_caches() {
  command -v flock >/dev/null || return 0
  (: >>"$cache.lock") 2>/dev/null || true
  [ -r "$cache.lock" ] || return 0
  exec 7<"$cache.lock"
  flock -s -n 7 || {
    say "waiting until the JVM's caches are made"
    flock -s 7
  }
}

# Without profiles: a command has ended before what the JVM compiles by them is of use.
command_recording='-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining'

# The JVM that records a node starts the one that records commands.
rehearse() {
  set -- "-Djava.io.tmpdir=$cache.new/tmp" "-Dpappus.home=$home" "-Dpappus.guest.build=$guest" \
    "-Dorg.sqlite.lib.path=$cache.new/$sqlite_folder" "-Djava.library.path=$cache.new/$netty_folder" \
    -cp "$lib/*" dev.pappus.cli.Rehearsal
  # shellcheck disable=SC2086 # options are words
  nice -n 19 "$jdk/bin/java" $node_options $log_options "-XX:AOTCacheOutput=$cache.new/node.aot" "$@" \
    "$jdk/bin/java" $command_options $command_recording "-XX:AOTCacheOutput=$cache.new/command.aot" "$@"
}
