# ./pappus test [--all]: everything a change must pass. Sourced by the launcher.
# The last line is "N passed, M failed"; what the machine could not run is counted apart.

run_tests() {
  all=no
  for argument in "$@"; do
    case $argument in
    --all) all=yes ;;
    *)
      say "error: unknown option '$argument'"
      say "usage: pappus test [--all]"
      exit 2
      ;;
    esac
  done
  need_tools
  cd "$home"
  mkdir -p target/run target/fuzz
  exec 8>target/run/build.lock
  flock -n 8 || { say "waiting for a build that another pappus has started"; flock 8; }

  log=$home/target/test.log
  passed=0 failed=0 skipped=0
  excluded=fuzz,stress
  [ "$all" = no ] || excluded=fuzz
  find . -path '*/target/surefire-reports/*' -type f -delete
  rm -f sandbox-kvm/target/kvm-tests.txt sandbox-wasm/target/wasm-tests.txt \
    cli/target/wasm-tests.txt
  run_reactor
  count_reports
  if [ "$reactor_status" != 0 ] && [ "$failed" = 0 ]; then
    # A compiler error, a crashed JVM or a check: no report tells of it.
    failed=1
  fi
  [ "$all" = no ] || run_fuzz_targets
  report
}

# The whole reactor; a module that fails does not keep unrelated ones from being tested.
run_reactor() {
  say "testing; the whole output goes to $log"
  status_file=$home/target/test.status
  echo 1 >"$status_file"
  {
    if (maven verify --fail-at-end "-Dpappus.test.excluded=$excluded" 2>&1 8>&-); then
      echo 0 >"$status_file"
    fi
  } | tee "$log" | show_tests
  reactor_status=$(cat "$status_file")
}

show_tests() {
  grep --line-buffered -E \
    '^\[INFO\] Building .*\[[0-9]+/|Tests run:.*(Time elapsed|FAIL)|^\[ERROR\]|^\[WARNING\] .*\.java:|BUILD' |
    grep --line-buffered -vE 'Re-run Maven|e-run Maven|\[Help 1\]|For more information|mvn <args>|^\[ERROR\] *$' ||
    true
}

# Adds what surefire has written of each class to passed, failed and skipped.
count_reports() {
  counts=$(find . -path '*/target/surefire-reports/TEST-*.xml' -exec awk '
    function value(name) {
      return match($0, " " name "=\"[0-9]+\"") \
        ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) + 0 : 0
    }
    /<testsuite / { t += value("tests"); f += value("failures") + value("errors"); s += value("skipped") }
    END { print t - f - s, f, s }' {} + | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }')
  passed=$((passed + ${counts%% *}))
  skipped=$((skipped + ${counts##* }))
  counts=${counts#* }
  failed=$((failed + ${counts% *}))
}

# MODULE CLASS METHOD, a line for each Jazzer target.
fuzz_targets() {
  grep -rl '^ *@FuzzTest' --include='*.java' ./*/src/test/java | LC_ALL=C sort | while read -r file; do
    module=${file#./}
    awk -v module="${module%%/*}" -v class="$(basename "$file" .java)" '
      /^ *@FuzzTest/ { wanted = 1 }
      wanted && match($0, /void +[A-Za-z0-9_]+ *\(/) {
        method = substr($0, RSTART, RLENGTH)
        gsub(/void +| *\(/, "", method)
        print module, class, method
        wanted = 0
      }' "$file"
  done
}

# A JVM and a minute for each target; what it found to be interesting is kept in target/fuzz.
run_fuzz_targets() {
  fuzz_targets >target/fuzz/targets
  while read -r module class method; do
    say "fuzzing $class.$method"
    fuzz_log=$home/target/fuzz/$class.$method.log
    if JAZZER_FUZZ=1 timeout --kill-after=10 300 \
      sh -c '"$@"' sh env JAVA_HOME="$jdk" mvn -B ${PAPPUS_MAVEN_OPTS:-} test -pl "$module" -am \
      "-Dtest=$class#$method" -Dsurefire.failIfNoSpecifiedTests=false -Dpappus.test.excluded= \
      </dev/null >"$fuzz_log" 2>&1 8>&- && grep -q 'Tests run: [1-9]' "$fuzz_log"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      say "FAILED: $class.$method; see $fuzz_log"
      grep -E '== Java Exception|Test unit written|^artifact|Exception' "$fuzz_log" | head -n 10 >&2 || true
    fi
    if [ -d "$module/.cifuzz-corpus" ]; then
      mkdir -p "target/fuzz/corpus/$module"
      cp -R "$module/.cifuzz-corpus/." "target/fuzz/corpus/$module/"
    fi
  done <target/fuzz/targets
}

report() {
  echo
  if [ -s sandbox-kvm/target/kvm-tests.txt ]; then
    cat sandbox-kvm/target/kvm-tests.txt
  elif [ -e /dev/kvm ]; then
    echo "KVM tests: none ran although /dev/kvm is there"
    failed=$((failed + 1))
  else
    echo "KVM tests: not run (no /dev/kvm; see ./pappus doctor)"
  fi
  for lines in sandbox-wasm/target/wasm-tests.txt cli/target/wasm-tests.txt; do
    [ ! -s $lines ] || cat $lines
  done
  if [ "$skipped" != 0 ]; then
    absent=
    for tool in clang wasm-ld wasm2c npm; do
      command -v $tool >/dev/null || absent="$absent $tool"
    done
    echo "not run: $skipped${absent:+; absent here:$absent}"
    # Tools may be absent, and a registry out of reach; but not where that is to be noticed.
    if [ -e /dev/kvm ] && { [ "${CI:-}" = true ] || grep -qs 'NOT RUN' sandbox-kvm/target/kvm-tests.txt; }; then
      echo "nothing may be skipped here"
      failed=$((failed + skipped))
    fi
  fi
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
