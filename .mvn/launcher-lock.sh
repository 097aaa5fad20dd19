# Sourced by launcher.sh. Offers take_lock: one launcher builds at a time. The lock is the folder $lock, which whoever
# has taken it removes; its file `owner` names the process that holds it, when that started, and the machine or
# container it runs in.

longest_wait=900

# Prints when process $1 started, in whatever unit: a number that is used again belongs to a later process.
start_of() {
  if [ -r /proc/self/stat ]; then
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
  else
    ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' _
  fi
}

# True where there is a process $1, another user's too.
is_running() {
  answer=$(kill -0 "$1" 2>&1) && return 0
  case $answer in *"not permitted"*) return 0 ;; esac
  [ -d "/proc/$1" ]
}

# True where nobody holds the lock any more.
is_abandoned() {
  set -- $(cat "$lock/owner" 2>/dev/null)
  case ${1:-} in
    # Its maker has not written that yet, or was killed just then.
    "" | *[!0-9]*) [ "$waited" -gt 0 ]; return ;;
  esac
  # Processes of other machines cannot be asked for.
  [ "${3:-}" = "" ] || [ "$3" = "$(uname -n)" ] || return 1
  is_running "$1" || return 0
  [ -n "${2:-}" ] && [ "$2" != "$(start_of "$1")" ]
}

write_owner() {
  echo "$$ $(start_of $$) $(uname -n)" 2>/dev/null >"$lock/owner"
}

# Takes over a lock that nobody holds. Of several who try, one makes the folder inside of it, and looks again, since
# another may have been faster. Fails where the lock may not be written.
take_over() {
  if mkdir "$lock/new" 2>/dev/null; then
    failed=
    if is_abandoned; then
      if write_owner; then mine=yes; else failed=yes; fi
    fi
    rmdir "$lock/new" 2>/dev/null
    [ -z "$failed" ]
  elif [ -d "$lock/new" ]; then
    # Whoever made it is done in a moment, or was killed.
    sleep 1
    rmdir "$lock/new" 2>/dev/null
  else
    [ ! -d "$lock" ]
  fi
}

# Waits for the launcher that is building now, and says so. Fails where the lock cannot be had.
take_lock() {
  mkdir -p "$root/target" 2>/dev/null
  mine= waited=0 failures=0
  while [ -z "$mine" ]; do
    if mkdir "$lock" 2>/dev/null; then
      write_owner && mine=yes || return 1
    elif [ ! -d "$lock" ]; then
      # Released a moment ago, or it cannot be made.
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
