# The JVM's caches of loaded and linked classes, one for nodes and one for other commands: they take
# a third off every start. Sourced by the launchers.

# use_cache FOLDER ROLE COMMAND: sets cache_option to what makes the JVM use the cache in FOLDER, and has
# the caches made if they are missing. The JVM starts without a cache that does not fit it or the jars.
use_cache() {
  cache=$1 cache_option=
  case ${PAPPUS_CACHE:-on} in
  off) return ;;
  now) make_caches || true ;;
  on)
    case $3 in
    server | bench) ;; # they want the machine to themselves
    *)
      # Neither Ctrl-C nor a closed terminal ends it half-way.
      ! may_make_caches || (
        trap '' HUP INT
        make_caches
      ) </dev/null >/dev/null 2>&1 &
      ;;
    esac
    ;;
  *) die "PAPPUS_CACHE must be on, off or now, not '$PAPPUS_CACHE'" ;;
  esac
  if [ -r "$cache/$2.aot" ]; then
    cache_option="-XX:AOTCache=$cache/$2.aot"
  fi
}

# In the background only where nobody is harmed: a container with a memory limit may end as a whole
# when it is reached.
may_make_caches() {
  [ ! -e "$cache" ] && [ -w "${cache%/*}" ] && command -v flock >/dev/null || return 1
  memory_max=max
  [ ! -r /sys/fs/cgroup/memory.max ] || read -r memory_max </sys/fs/cgroup/memory.max
  [ "$memory_max" = max ]
}

# Makes both unless they are there or being made. The folder appears when all is done, so that no
# start sees half a file; without a file in it, if the JVM could make none.
make_caches() {
  exec 7>"$cache.lock" || return 1
  flock -n 7 || return 0
  [ ! -e "$cache" ] || return 0
  rm -rf "$cache.new"
  mkdir -p "$cache.new/tmp"
  rehearse >/dev/null 2>&1 || true
  rm -rf "$cache.new/tmp"
  sync "$cache.new"/* 2>/dev/null || true
  mv "$cache.new" "$cache"
  exec 7>&-
}

# The JVM that records a node starts the one that records commands.
rehearse() {
  set -- "-Djava.io.tmpdir=$cache.new/tmp" "-Dpappus.home=$home" "-Dpappus.guest.build=$guest" \
    -cp "$lib/*" dev.pappus.cli.Rehearsal
  # shellcheck disable=SC2086 # options are words
  nice -n 19 "$jdk/bin/java" $node_options "-XX:AOTCacheOutput=$cache.new/node.aot" "$@" \
    "$jdk/bin/java" $command_options "-XX:AOTCacheOutput=$cache.new/command.aot" "$@"
}
