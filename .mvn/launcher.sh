# Sourced by the commands in */bin, after they have set
#   root     the folder of the project
#   module   the module whose jar is run
#   sources  the modules that the jar is built from
# and, where the jar is built with a Maven profile, into a folder of its own,
#   profile    the profile, whose further sources are in src/$profile of the module
#   first_use  what its first build takes
# It finds a JDK, and CUDA's libraries where they have been unpacked, and offers build_when_needed, and run_quietly of
# run-quietly.sh.

. "$root/.mvn/surroundings.sh"
. "$root/.mvn/find-jdk.sh"
. "$root/.mvn/run-quietly.sh"
. "$root/.mvn/cuda-libraries.sh"
. "$root/.mvn/launcher-lock.sh"

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

# Prints a folder that a build would write into and may not; fails where there is none.
unwritable_folder() {
  for folder in target $(printf '%s/target ' $sources) "$module/target${profile:+/$profile}"; do
    folder=$root/$folder
    while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
    if [ ! -w "$folder" ]; then
      echo "$folder"
      return
    fi
  done
  return 1
}

# Runs Maven, with its output in file $1. A signal ends both this launcher and Maven at once.
maven() {
  # From the root: elsewhere in the project, Maven would look for its modules there. What only checks the sources is
  # left out.
  (cd "$root" && exec ./mvnw -q -B -pl "$module" "-P!nullness${profile:+,$profile}" -am package -DskipTests \
    -Dspotless.check.skip=true) >"$1" 2>&1 </dev/null &
  builder=$!
  wait "$builder"
  outcome=$?
  builder=
  return "$outcome"
}

build() {
  if [ -f "$stamp" ]; then why="sources have changed"; else why=${first_use:-first use, about a minute}; fi
  echo "Building Voxgrad ($why) ..." >&2
  mkdir -p "$target"
  touch "$stamp.new"
  # Maven would write into the old jar, under the feet of whatever still runs from it. It comes back if the build fails.
  if [ -f "$jar" ]; then mv -f "$jar" "$jar.before"; fi
  if ! maven "$target/launcher.log"; then
    cat "$target/launcher.log" >&2
    echo "Voxgrad could not be built; the lines above say why." >&2
    exit 1
  fi
  rm -f "$target/launcher.log" "$jar.before"
}

# Ends the launcher and whatever it has started, with exit code $1.
quit() {
  if [ -n "${builder:-}" ]; then kill "$builder" 2>/dev/null; fi
  exit "$1"
}

# However a build ends, the jar of before it is not lost.
clean_up() {
  if [ -f "$jar.before" ] && [ ! -f "$jar" ]; then mv -f "$jar.before" "$jar"; fi
  rm -rf "$lock"
}

# Says that there can be no build, for reason $1; returns if the program can run all the same.
make_do() {
  if [ -f "$jar" ]; then
    echo "Voxgrad may be older than its sources, and cannot be built: $1. Running what is built." >&2
  else
    echo "Voxgrad is not built, and cannot be: $1. Build it with ./mvnw -pl $module -am package -DskipTests" \
      "as a user who may write there." >&2
    exit 1
  fi
}

# Builds where the jar is missing or a source is newer; then calls after_build, where there is one.
build_when_needed() {
  up_to_date && return
  if folder=$(unwritable_folder); then
    make_do "$folder may not be written"
    return
  fi
  if ! take_lock; then
    make_do "$lock cannot be taken"
    return
  fi
  trap clean_up EXIT
  trap 'quit 129' HUP
  trap 'quit 130' INT
  trap 'quit 143' TERM
  if ! up_to_date; then
    build
    if command -v after_build >/dev/null; then after_build; fi
    mv "$stamp.new" "$stamp"
  fi
  trap - EXIT HUP INT TERM
  clean_up
}
