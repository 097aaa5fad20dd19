# Sourced by launchers. Offers run_quietly.

# Becomes the given Java, without the line that every JVM prints about the Vector API; no option turns it off. It is
# always the first line of standard error, so a reader at the other end of a pipe looks at it and copies the rest.
# Where standard error is a regular file, whoever reads it just after the command ends must find all of it: there, only
# a program has such a reader that waits for it before it ends (for process -Dvoxgrad.filter), as medmnist's Main does.
# Its launchers say so with waits_for_filter=yes; for others the line stays.
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

# Ignores what the terminal sends to all of us: the last words are still to be copied.
copy_but_warning() {
  trap '' HUP INT TERM
  IFS= read -r line || { printf '%s' "$line"; return; }
  [ "$line" = "WARNING: Using incubator modules: jdk.incubator.vector" ] || printf '%s\n' "$line"
  exec cat
}
