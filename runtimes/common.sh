# What the build scripts share; sourced by runtimes/NAME/build.sh.
#
#   build.sh check            says what this host lacks: `need PACKAGE…` and `cannot REASON` lines, nothing if all is there
#   build.sh build OUT WORK   fills OUT, an empty folder, with `program`, `library/` and `about`; WORK is an empty folder for what
#                             lies around meanwhile, to be deleted afterwards
#
# Standard output is for whoever shows progress: `at PERCENT TEXT`, `note TEXT` for what users should know of the result, and before a
# failure `error TEXT` and `hint TEXT`. Standard error is the log. Sources come from Debian's archive by apt with a state folder of its own: the mirrors are those of the system's
# configuration, and apt checks signatures and digests as it does for packages. Nothing here needs root.
set -euo pipefail

jobs=${PAPPUS_BUILD_JOBS:-$(nproc)}
here=$(cd "$(dirname "$0")" && pwd)
shared=$(dirname "$here")
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# What the caller's shell says must not change what is built.
unset CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LIBS MAKEFLAGS MAKELEVEL MFLAGS PYTHONHOME PYTHONPATH
export LC_ALL=C TZ=UTC0
umask 022

say() { printf 'at %s %s\n' "$1" "$2"; }

fail() {
  printf 'error %s\n' "$1"
  [ -z "${2:-}" ] || printf 'hint %s\n' "$2"
  exit 1
}

# ---- What the host has --------------------------------------------------------------------------------------------------------

missing=()
obstacles=()

need() { command -v "$1" >/dev/null || missing+=("$2"); }

has_static_libc() { echo 'int main(void) { return 0; }' | gcc -static -x c -o /dev/null - 2>/dev/null; }

# need_tools [TOOL=PACKAGE…]: what every build wants, and more.
need_tools() {
  local each
  [ "$(uname -sm)" = 'Linux x86_64' ] || obstacles+=("runtimes are built for Linux on x86-64, and this is $(uname -sm)")
  if ! command -v apt-get >/dev/null; then
    obstacles+=("runtimes are built from Debian's source packages with apt, which this system does not have: build on Debian 12 or newer and copy the folder")
    return
  fi
  [ -e "$keyring" ] || missing+=(debian-archive-keyring)
  need gcc gcc
  need make make
  need dpkg-source dpkg-dev
  need xz xz-utils
  # musl makes smaller programs that start sooner; glibc does, too.
  command -v musl-gcc >/dev/null || has_static_libc || missing+=(musl-tools)
  for each in "$@"; do need "${each%%=*}" "${each#*=}"; done
  [ -n "$(mirrors)" ] || obstacles+=("apt knows no mirror of Debian: name one in /etc/apt/sources.list.d, then run apt-get update")
}

# Lines `URI CODENAME` of the configured mirrors whose lists apt has.
mirrors() {
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' 2>/dev/null |
    LC_ALL=C sort -u
}

check() {
  [ ${#missing[@]} = 0 ] || echo "need ${missing[*]}"
  local each
  for each in ${obstacles[@]+"${obstacles[@]}"}; do echo "cannot $each"; done
}

require_tools() {
  [ ${#obstacles[@]} = 0 ] || fail "${obstacles[0]}"
  [ ${#missing[@]} = 0 ] || fail "needed for building, but not installed: ${missing[*]}" "apt-get install ${missing[*]}"
}

# ---- Sources ------------------------------------------------------------------------------------------------------------------

# apt_get STATE WORD...: with a state of its own. What the host's own configuration says comes after APT_CONFIG and would win; what is
# said here wins over both, so that signatures are checked whatever the host allows.
apt_get() {
  local state=$1
  APT_CONFIG=$state/apt.conf apt-get -q \
    -o APT::Get::AllowUnauthenticated=false -o Acquire::AllowInsecureRepositories=false \
    -o Acquire::AllowWeakRepositories=false -o Acquire::AllowDowngradeToInsecureRepositories=false \
    -o Dir::State="$state" -o Dir::Cache="$state/cache" -o Dir::State::status=/dev/null \
    -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=- -o APT::Update::Error-Mode=any "${@:2}"
}

# open_suite CODENAME: reads the signed lists of a suite's sources, security fixes included, from the system's mirrors.
open_suite() {
  local suite=$1 state=$work/apt-$1 uri codename dashed
  mkdir -p "$state"/lists/partial "$state"/cache/archives/partial
  while read -r uri codename; do
    # A mirror of bookworm has every suite, and one of bookworm-security every security suite.
    case $codename in
    *-security) dashed=-security ;;
    *-*) continue ;;
    *) dashed= ;;
    esac
    [ "$suite$dashed" != sid-security ] || continue
    echo "deb-src [signed-by=$keyring] $uri $suite$dashed main"
  done < <(mirrors) | sort -u >"$state/sources.list"
  cat >"$state/apt.conf" <<CONF
Dir::Etc::SourceList "$state/sources.list";
Dir::Etc::SourceParts "-";
Dir::Etc::Preferences "-";
Dir::Etc::PreferencesParts "-";
Dir::State "$state";
Dir::Cache "$state/cache";
Dir::State::status "/dev/null";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "2";
CONF
  apt_get "$state" update >&2 ||
    fail "the lists of Debian's suite $suite could not be read" "is the mirror reachable? the log says what apt met"
}

# download SUITE PACKAGE: into the working folder. The newest of all lists, or where a mirror lacks files that its lists name, the
# newest of the suite itself, and then users hear of it: it may lack security fixes.
download() {
  if apt_get "$work/apt-$1" source --download-only "$2" >&2; then return; fi
  echo "$2 cannot be had from the mirror in its newest version" >&2
  rm -f ./*
  apt_get "$work/apt-$1" source --download-only "$2/$1" >&2 || return
  echo "note the mirror lacks the newest source of $2: built from that of the suite $1 itself, perhaps without security fixes"
}

# fetch SUITE PACKAGE FOLDER: the newest source of a package in a suite, with Debian's patches, in WORK/FOLDER.
fetch() {
  local suite=$1 package=$2 folder=$3 into=$work/source-$2 dsc
  mkdir "$into"
  (cd "$into" && download "$suite" "$package") ||
    fail "the source of $package could not be fetched from Debian's suite $suite" "is the mirror reachable? the log says what apt met"
  dsc=$(cd "$into" && echo *.dsc)
  dpkg-source -q --no-copy --require-strong-checksums -x "$into/$dsc" "$work/$folder" >&2 || fail "$dsc could not be unpacked"
  echo "source $package $(sed -n 's/^Version: //p' "$into/$dsc" | head -n 1) $(sha256sum <"$into/$dsc" | cut -d ' ' -f 1)" >>"$out/about"
}

# Names the version of what is built, and takes the time that compilers and archives write down from its changelog.
version_of() {
  local full
  full=$(dpkg-parsechangelog -l "$work/$1/debian/changelog" -SVersion)
  full=${full#*:}
  echo "version ${full%%[-+~]*}" >>"$out/about"
  SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$work/$1/debian/changelog" -STimestamp)
  export SOURCE_DATE_EPOCH
}

# ---- Compiling ----------------------------------------------------------------------------------------------------------------

# Puts `static-cc` on the PATH: a compiler of static programs that forgets where it was called.
open_compiler() {
  local compiler='gcc -static'
  ! command -v musl-gcc >/dev/null || compiler='musl-gcc -static'
  mkdir "$work/bin"
  local map
  map=$(printf %q "-ffile-prefix-map=$work=.")
  # A configure script that asks for the directory of shared libraries gets none: they differ between the two C libraries.
  cat >"$work/bin/static-cc" <<WRAPPER
#!/bin/bash
case " \$* " in *" --print-multiarch "*) exit 1 ;; esac
exec $compiler $map "\$@"
WRAPPER
  chmod 755 "$work/bin/static-cc"
  export PATH="$work/bin:$PATH"
  echo "compiler ${compiler%% *}, $(gcc --version | head -n 1)" >>"$out/about"
}

# follow FROM TO EXPECTED TEXT COMMAND…: runs a command whose output has about EXPECTED lines. In functions that it runs a command
# that fails does not end them (`set -e` does not hold left of ||): they say && themselves.
follow() {
  local from=$1 to=$2 expected=$3 text=$4 lines=0 shown=$1 percent line
  shift 4
  say "$from" "$text"
  "$@" 2>&1 </dev/null | while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    lines=$((lines < expected ? lines + 1 : expected))
    percent=$((from + (to - from) * lines / expected))
    [ "$percent" = "$shown" ] || say "$percent" "$text"
    shown=$percent
  done || fail "$text failed" "the log says what the tools met"
}

# The program without what only debuggers read.
install_program() {
  strip "$1" -o "$out/program"
  chmod 755 "$out/program"
  if readelf -lW "$out/program" | grep -q INTERP; then
    fail "the program is dynamic, not static" "the log says how it was linked"
  fi
}

# ---- Calls --------------------------------------------------------------------------------------------------------------------

# main COMMAND [OUT WORK]: what a build script ends with; `build` is its own.
main() {
  case ${1:-} in
  check) check ;;
  build)
    out=$(cd "$2" && pwd) work=$(cd "$3" && pwd)
    require_tools
    mkdir "$out/library"
    build
    say 100 done
    ;;
  *) fail "usage: build.sh check | build OUT WORK" ;;
  esac
}
