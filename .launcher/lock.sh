# Sourced by launcher.sh. Provides take_lock, which lets one launcher build at a time. The lock is the folder $lock,
# which its owner removes; the file `owner` in it names the process that holds the lock, when that process started, and
# the machine or container it runs in.

longest_wait=900

# Prints when process $1 started, in any unit. This distinguishes two processes that had the same number.
start_of() {
  if [ -r /proc/self/stat ]; then
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
  else
    ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' _
  fi
}

# True if there is a process $1, even another user's.
is_running() {
  answer=$(kill -0 "$1" 2>&1) && return 0
  case $answer in *"not permitted"*) return 0 ;; esac
  [ -d "/proc/$1" ]
}

# True if no process holds the lock, although it is there.
is_abandoned() {
  set -- $(cat "$lock/owner" 2>/dev/null)
  case ${1:-} in
    # The process that made the folder has not written the file yet, or was killed before it could.
    "" | *[!0-9]*) [ "$waited" -gt 0 ]; return ;;
  esac
  # Processes of other machines cannot be checked.
  [ "${3:-}" = "" ] || [ "$3" = "$(uname -n)" ] || return 1
  is_running "$1" || return 0
  [ -n "${2:-}" ] && [ "$2" != "$(start_of "$1")" ]
}

write_owner() {
  echo "$$ $(start_of $$) $(uname -n)" 2>/dev/null >"$lock/owner"
}

# Takes over an abandoned lock. Of several launchers that try, one makes the folder `new` in it and checks again, since
# another may have been faster. Fails if the lock cannot be written.
take_over() {
  if mkdir "$lock/new" 2>/dev/null; then
    failed=
    if is_abandoned; then
      if write_owner; then mine=yes; else failed=yes; fi
    fi
    rmdir "$lock/new" 2>/dev/null
    [ -z "$failed" ]
  elif [ -d "$lock/new" ]; then
    # The launcher that made it finishes in a moment, or was killed.
    sleep 1
    rmdir "$lock/new" 2>/dev/null
  else
    [ ! -d "$lock" ]
  fi
}

# Waits for the launcher that is building now, and says so. Fails if the lock cannot be taken.
take_lock() {
  mkdir -p "$root/target" 2>/dev/null
  mine= waited=0 failures=0
  while [ -z "$mine" ]; do
    if mkdir "$lock" 2>/dev/null; then
      write_owner && mine=yes || return 1
    elif [ ! -d "$lock" ]; then
      # It was released a moment ago, or it cannot be made.
      failures=$((failures + 1))
      [ "$failures" -lt 10 ] || return 1
    elif is_abandoned; then
      take_over || return 1
    else
      wait_a_second || return 1
    fi
  done
}

wait_a_second() {
  if [ "$waited" = 1 ]; then
    set -- $(cat "$lock/owner" 2>/dev/null)
    echo "Waiting for another launcher, process ${1:-unknown}${3:+ on $3}, which is building Voxgrad." \
      "If there is none, remove $lock" >&2
  fi
  waited=$((waited + 1))
  sleep 1
  [ "$waited" -lt "$longest_wait" ]
}
