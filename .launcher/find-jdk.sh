# Sourced by mvnw and the launchers. Exports JAVA_HOME of a JDK 25 or newer: the one that JAVA_HOME already names,
# otherwise the one of `java` on the PATH, otherwise the lowest version found in the usual places. If there is none, it
# says what to install and exits. It starts no JVM: a JDK's `release` file contains the version.

wanted_java=25

# Prints the major version of the JDK in folder $1; fails if there is none or it is too old.
usable_jdk() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  major=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ "${major:-0}" -ge "$wanted_java" ] && echo "$major"
}

# Prints the folder of the JDK whose `java` is on the PATH, following symbolic links.
jdk_on_path() {
  link=$(command -v java) || return 1
  while [ -L "$link" ]; do
    target=$(readlink "$link")
    case $target in
      /*) link=$target ;;
      *) link=$(dirname "$link")/$target ;;
    esac
  done
  dirname "$(dirname "$link")"
}

# Prints the folder of the JDK with the lowest sufficient version in the usual places.
installed_jdk() {
  best=
  for jdk in /usr/lib/jvm/* /opt/* /opt/java/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$(/usr/libexec/java_home -v "$wanted_java+" 2>/dev/null)"; do
    version=$(usable_jdk "$jdk") || continue
    if [ -z "$best" ] || [ "$version" -lt "$lowest" ]; then
      best=$jdk lowest=$version
    fi
  done
  [ -n "$best" ] && echo "$best"
}

if ! usable_jdk "${JAVA_HOME:-}" >/dev/null; then
  JAVA_HOME=$(jdk_on_path) && usable_jdk "$JAVA_HOME" >/dev/null || JAVA_HOME=$(installed_jdk) || {
    echo "Voxgrad needs a JDK $wanted_java or newer and found none: install one (for example Eclipse Temurin" \
      "$wanted_java) or set JAVA_HOME to its folder." >&2
    exit 1
  }
fi
export JAVA_HOME
