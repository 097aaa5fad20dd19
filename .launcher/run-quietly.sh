# Sourced by the launchers. Provides run_quietly.

# Replaces this process with the given Java command, without the warning about the Vector API that every JVM prints; no
# option turns it off. The warning is always the first line of standard error, so a filter at the other end of a pipe
# checks that line and copies the rest. If standard error is a regular file, all of it must be there as soon as the
# command ends. So the filter is used there only if the program waits for it (for process -Dvoxgrad.filter) before it
# ends, as medmnist's Main does; its launchers set waits_for_filter=yes. For other programs the warning stays.
run_quietly() {
  if { [ ! -f /dev/fd/2 ] || [ -n "${waits_for_filter:-}" ]; } &&
    pipes=$(mktemp -d 2>/dev/null) && mkfifo "$pipes/stderr" 2>/dev/null; then
    copy_but_warning <"$pipes/stderr" >&2 &
    filter=$!
    exec 2>"$pipes/stderr"
    rm -rf "$pipes"
    java=$1
    shift
    exec "$java" "-Dvoxgrad.filter=$filter" "$@"
  fi
  exec "$@"
}

# Ignores the signals that a terminal sends to all its processes: the program's last lines still have to be copied.
copy_but_warning() {
  trap '' HUP INT TERM
  IFS= read -r line || { printf '%s' "$line"; return; }
  [ "$line" = "WARNING: Using incubator modules: jdk.incubator.vector" ] || printf '%s\n' "$line"
  exec cat
}
