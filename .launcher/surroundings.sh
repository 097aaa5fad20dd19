# Sourced by mvnw and all launchers, including the bundle's. Sets a locale in which Java can read every file name, and
# temp_option, the JVM option that passes $TMPDIR to Java.

# Java decodes arguments and file names by the character set of the locale. If that is ASCII, as in cron jobs, in plain
# containers, under LC_ALL=C, and when the selected locale is not installed, all non-ASCII letters would be lost. In
# these cases the character set becomes UTF-8; language and formats stay as they are if the system has them in UTF-8.
# Locales with other character sets are left alone: Java can read names in them.
provide_utf8() {
  case $(locale charmap 2>&1) in
    # Several words are a warning, or say that there is no such command.
    "" | *[!A-Za-z0-9._:-]* | ANSI_X3.4-1968 | US-ASCII | 646) ;;
    *) return ;;
  esac
  wanted=${LC_ALL:-${LC_CTYPE:-${LANG:-C}}}
  installed=$(locale -a 2>/dev/null | grep -i 'utf-*8$' 2>/dev/null)
  # LC_CTYPE is enough, unless LC_ALL overrides it or another category names a locale that is not installed.
  if [ -n "${LC_ALL:-}" ]; then variables=LC_ALL; else variables="LC_CTYPE LC_ALL"; fi
  for variable in $variables; do
    for candidate in "${wanted%%[.@]*}.UTF-8" C.UTF-8 en_US.UTF-8 $installed; do
      if [ "$(env "$variable=$candidate" locale charmap 2>&1)" = UTF-8 ]; then
        export "$variable=$candidate"
        return
      fi
    done
  done
  export LC_ALL=C.UTF-8
}

provide_utf8 2>/dev/null

temp_option=
if [ -n "${TMPDIR:-}" ] && [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ]; then
  temp_option=-Djava.io.tmpdir=$TMPDIR
fi
