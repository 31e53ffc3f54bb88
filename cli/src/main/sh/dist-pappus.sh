#!/bin/sh
# Runs Pappus from an unpacked archive: finds a JDK, starts the command.
#
#   ./pappus COMMAND …        see ./pappus --help
#
# Environment: JAVA_HOME, PAPPUS_JVM_FOLDER (where JDKs are looked for after JAVA_HOME and PATH; default
# /usr/lib/jvm), PAPPUS_JAVA_OPTS (further JVM options), PAPPUS_CACHE (see docs/cli.md).
set -eu

home=$(readlink -f "$0")
home=${home%/*}
. "$home/sh/jdk.sh"
. "$home/sh/cache.sh"
. "$home/sh/start.sh"

find_jdk
read -r build <"$home/sh/build"
start_java "$home/lib" "$home/guest/build" "$home/aot-$build" "$@"
