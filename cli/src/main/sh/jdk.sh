# Finding a JDK: sets jdk, jdk_version and jdk_is_default. Sourced by the launcher; starts no process.

jdk_needed=25

# read_jdk FOLDER: sets found_version and found_major if a whole JDK lies there.
read_jdk() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  found_version=
  while IFS='=' read -r key value; do
    if [ "$key" = JAVA_VERSION ]; then
      value=${value#\"}
      found_version=${value%\"}
      break # sh reads byte by byte
    fi
  done <"$1/release"
  found_major=${found_version%%[!0-9]*}
  [ -n "$found_major" ]
}

# take_jdk FOLDER: takes it if it is new enough, else remembers it for the error message.
take_jdk() {
  read_jdk "$1" || return 1
  if [ "$found_major" -lt "$jdk_needed" ]; then
    jdk_seen="$jdk_seen $1 ($found_version)"
    return 1
  fi
  jdk=$1
  jdk_version=$found_version
}

find_jdk() {
  jdk= jdk_version= jdk_seen= jdk_said= jdk_is_default=no
  if [ -n "${JAVA_HOME:-}" ] && take_jdk "$JAVA_HOME"; then
    jdk_is_default=yes
    return
  fi
  if java=$(command -v java); then
    java=$(readlink -f "$java")
    if take_jdk "${java%/bin/java}"; then
      jdk_is_default=yes
      return
    fi
  fi
  # The oldest that is new enough: the one nearest to what this tree is tested with.
  best= best_major= best_version=
  for folder in "${PAPPUS_JVM_FOLDER:-/usr/lib/jvm}"/*; do
    [ ! -L "$folder" ] || continue
    if take_jdk "$folder" && { [ -z "$best" ] || [ "$found_major" -lt "$best_major" ]; }; then
      best=$folder best_major=$found_major best_version=$found_version
    fi
  done
  if [ -n "$best" ]; then
    jdk=$best jdk_version=$best_version
    return
  fi
  die "no JDK $jdk_needed or newer found${jdk_seen:+; too old:$jdk_seen}" \
    "looked at JAVA_HOME${JAVA_HOME:+ ($JAVA_HOME)}, java on the PATH, ${PAPPUS_JVM_FOLDER:-/usr/lib/jvm}" \
    "Debian 13 or newer:  apt-get install openjdk-$jdk_needed-jdk-headless" \
    "else, from Adoptium:  apt-get install temurin-$jdk_needed-jdk  (https://adoptium.net/installation/linux)" \
    "or unpack a JDK anywhere and set JAVA_HOME to its folder"
}

# Once a start is enough.
say_jdk() {
  [ -n "$jdk_said" ] || say "using JDK $jdk_version in $jdk"
  jdk_said=yes
}
