# Sourced by the commands in */bin, after they have set
#   root     the folder of the project
#   module   the module whose jar is run
#   sources  the modules that the jar is built from
# and, where the jar is built with a Maven profile, into a folder of its own,
#   profile    the profile, whose further sources are in src/$profile of the module
#   first_use  what its first build takes
# It finds a JDK, and CUDA's libraries where they have been unpacked, and offers build_when_needed, and run_quietly of
# run-quietly.sh.

. "$root/.mvn/find-jdk.sh"
. "$root/.mvn/run-quietly.sh"
. "$root/.mvn/cuda-libraries.sh"

target=$root/$module/target${profile:+/$profile}
version=$(sed -n '/<version>/{s/.*<version>\(.*\)<\/version>.*/\1/p;q;}' "$root/pom.xml")
jar=$target/$module-$version.jar
# As old as the start of the last build that a launcher made: what is newer is not in the jar.
stamp=$target/launcher.stamp
lock=$root/target/launcher.lock

up_to_date() {
  [ -f "$jar" ] && [ -f "$stamp" ] || return 1
  set -- "$root/pom.xml"
  for source in $sources; do
    set -- "$@" "$root/$source/pom.xml" "$root/$source/src/main"
  done
  if [ -n "${profile:-}" ]; then set -- "$@" "$root/$module/src/$profile"; fi
  [ -z "$(find "$@" -newer "$stamp" 2>/dev/null | head -n 1)" ]
}

# Waits for the launcher that is building now; a lock whose owner has died is taken over.
take_lock() {
  mkdir -p "$root/target" || exit 1
  until mkdir "$lock" 2>/dev/null; do
    sleep 1
    if owner=$(cat "$lock/owner" 2>/dev/null) && ! kill -0 "$owner" 2>/dev/null; then rm -rf "$lock"; fi
  done
  echo $$ >"$lock/owner"
  trap 'rm -rf "$lock"' EXIT
  trap 'exit 1' HUP INT TERM
}

build() {
  if [ -f "$stamp" ]; then why="sources have changed"; else why=${first_use:-first use, about a minute}; fi
  echo "Building Voxgrad ($why) ..." >&2
  mkdir -p "$target"
  touch "$stamp.new"
  # Maven would write into the old jar, under the feet of whatever still runs from it.
  rm -f "$jar"
  # From the root: elsewhere in the project, Maven would look for its modules there.
  if ! output=$(cd "$root" && ./mvnw -q -B -pl "$module" ${profile:+"-P$profile"} -am package -DskipTests \
    -Dspotless.check.skip=true 2>&1); then
    printf '%s\n' "$output" >&2
    echo "Voxgrad could not be built; the lines above say why." >&2
    exit 1
  fi
}

# Builds where the jar is missing or a source is newer; then calls after_build, where there is one.
build_when_needed() {
  up_to_date && return
  take_lock
  if ! up_to_date; then
    build
    if command -v after_build >/dev/null; then after_build; fi
    mv "$stamp.new" "$stamp"
  fi
  rm -rf "$lock"
  trap - EXIT HUP INT TERM
}
