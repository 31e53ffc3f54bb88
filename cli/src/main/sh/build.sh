# Building what has changed: sets run, the folder with the jar and guest programs of exactly these
# sources. Sourced by the launcher.

# Names, sizes and times of everything that goes into the product, in the order of its folders, which stays as long as
# they do: each process more would delay every start.
fingerprint() {
  cd "$home"
  find pom.xml .mvn ./*/pom.xml ./*/src/main guest -path guest/build -prune \
    -o -name target -prune -o -type f -printf '%p %s %T@\n' | sha256sum
}

ensure_built() {
  sources=$(fingerprint)
  run=$home/target/run/${sources%% *}
  [ ! -e "$run/lock" ] || return 0
  need_tools
  mkdir -p "$home/target/run"
  exec 8>"$home/target/run/build.lock"
  if ! flock -n 8; then
    say "waiting for a build that another pappus has started"
    flock 8
  fi
  if [ ! -e "$run/lock" ]; then
    build
    remove_unused
  fi
  exec 8>&-
}

need_tools() {
  missing=
  command -v mvn >/dev/null || missing="$missing maven"
  command -v gcc >/dev/null || missing="$missing gcc libc6-dev"
  command -v make >/dev/null || missing="$missing make"
  command -v ld >/dev/null || missing="$missing binutils"
  [ -z "$missing" ] ||
    die "needed for building, but not installed:$missing" "apt-get install$missing"
}

# (maven GOAL…): Maven under the JDK that was found, from the root of the tree. It becomes the subshell that it is
# called in, so that whoever ends that one ends it.
maven() {
  cd "$home"
  # shellcheck disable=SC2086 # options are words
  JAVA_HOME=$jdk exec mvn -B ${PAPPUS_MAVEN_OPTS:-} "$@"
}

build() {
  say_jdk
  say "building"
  new=$run.new
  rm -rf "$new"
  mkdir -p "$new"
  log=$home/target/run/build.log
  began=$(date +%s)
  rm -f "$home"/cli/target/cli-*.jar # one of another version would come along
  # Before Maven starts, so that nothing comes in between.
  trap 'kill ${!:-} 2>/dev/null; wait || true; rm -rf "$new"; exit 130' INT TERM HUP
  (maven package -Dmaven.test.skip=true -Dspotless.check.skip=true -Dpappus.lib="$new/lib") \
    >"$log" 2>&1 8>&- &
  maven_pid=$!
  if [ -t 2 ]; then show_progress; fi
  status=0
  wait "$maven_pid" || status=$?
  trap - INT TERM HUP
  if [ "$status" != 0 ]; then
    rm -rf "$new"
    show_errors >&2
    die "the build failed" "the whole log: $log"
  fi
  cp "$home"/cli/target/cli-*.jar "$new/lib/"
  join_jars >>"$log" 2>&1 || {
    rm -rf "$new"
    die "the jars could not be made one" "the whole log: $log"
  }
  cp -R "$home/guest/build" "$new/guest"
  : >"$new/lock"
  rm -rf "$run"
  mv "$new" "$run"
  say "built in $(($(date +%s) - began)) s"
}

# Makes one jar of all, with classes that the JVM's cache takes; see OneJar.
join_jars() {
  "$jdk/bin/java" -XX:TieredStopAtLevel=1 -cp "$new/lib/*" dev.pappus.cli.OneJar "$new/lib"
}

# What the log says of the failure, without Maven's advice on its own options.
show_errors() {
  grep -E '^\[ERROR\]|^\[WARNING\] .*\.java:|^make|error:' "$log" |
    sed -e 's/ -> \[Help 1\]$//' |
    grep -vE '^\[ERROR\] *$|\[Help 1\]|e-run Maven|For more information|After correcting|mvn <args>' |
    awk '!seen[$0]++' | head -n 60 || true
}

# One line that is written over: the module at work, or the download.
show_progress() {
  while kill -0 "$maven_pid" 2>/dev/null; do
    sleep 0.5
    line=$(grep -E '^\[INFO\] (Building .*\[[0-9]+/|Downloading from )' "$log" 2>/dev/null | tail -n 1 |
      sed -e 's/^\[INFO\] //' -e 's/^Downloading from [^:]*: .*\//Downloading /' | cut -c1-70)
    printf '\r\033[K  %s' "$line" >&2
  done
  printf '\r\033[K' >&2
}

# Earlier builds that no process uses any more.
remove_unused() {
  for old in "$home"/target/run/*/; do
    old=${old%/}
    if [ "$old" != "$run" ] && { [ ! -e "$old/lock" ] || flock -n -x "$old/lock" true; }; then
      rm -rf "$old"
    fi
  done
}
