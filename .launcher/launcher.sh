# Sourced by the commands in */bin, after they have set
#   root     the folder of the project
#   module   the module whose jar is run
#   sources  the modules that the jar is built from
# and, if the jar is built with a Maven profile into a separate folder,
#   profile    the profile, whose additional sources are in src/$profile of the module
#   first_use  the reason and cost of the first build, for a message
# Finds a JDK, and CUDA's libraries if they have been unpacked. Provides build_when_needed, and run_quietly from
# run-quietly.sh.

. "$root/.launcher/surroundings.sh"
. "$root/.launcher/find-jdk.sh"
. "$root/.launcher/run-quietly.sh"
. "$root/.launcher/cuda-libraries.sh"
. "$root/.launcher/lock.sh"

target=$root/$module/target${profile:+/$profile}
version=$(sed -n '/<version>/{s/.*<version>\(.*\)<\/version>.*/\1/p;q;}' "$root/pom.xml")
jar=$target/$module-$version.jar
# Has the time at which the last build by a launcher started: newer sources are not in the jar.
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

# Prints a folder that a build would have to write into but cannot; fails if there is none.
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
  # Maven would overwrite the old jar while a process may still run from it. It is restored if the build fails.
  if [ -f "$jar" ]; then mv -f "$jar" "$jar.before"; fi
  if ! maven "$target/launcher.log"; then
    cat "$target/launcher.log" >&2
    echo "Voxgrad could not be built; the lines above say why." >&2
    exit 1
  fi
  rm -f "$target/launcher.log" "$jar.before"
}

# Ends the launcher and the build it has started, with exit code $1.
quit() {
  if [ -n "${builder:-}" ]; then kill "$builder" 2>/dev/null; fi
  exit "$1"
}

# Restores the previous jar unless the build has made a new one, however the build ended.
clean_up() {
  if [ -f "$jar.before" ] && [ ! -f "$jar" ]; then mv -f "$jar.before" "$jar"; fi
  rm -rf "$lock"
}

# Says that Voxgrad cannot be built, for reason $1; returns if an earlier build can run instead.
make_do() {
  if [ -f "$jar" ]; then
    echo "Voxgrad may be older than its sources, and cannot be built: $1. Running what is built." >&2
  else
    echo "Voxgrad is not built, and cannot be: $1. Build it with ./mvnw -pl $module -am package -DskipTests" \
      "as a user who may write there." >&2
    exit 1
  fi
}

# Builds if the jar is missing or a source is newer; then calls after_build, if it is defined.
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
