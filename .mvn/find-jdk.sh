# Sourced by `atelier` and `verify` (POSIX sh). Sets and exports JAVA_HOME: the folder of a JDK 25 or later, looked for
# in JAVA_HOME, on the PATH and in the usual places. Only `release` files are read; no JVM is started.
# Leaves with one sentence where there is none. `follow_links PATH` sets $followed.

follow_links() {
  followed=$1
  while [ -L "$followed" ]; do
    target=$(readlink "$followed")
    case $target in
      /*) followed=$target ;;
      *) followed=${followed%/*}/$target ;;
    esac
  done
}

# Sets $version to the feature version (25 of "25.0.3") of the JDK in folder $1; to 0 if there is no JDK in it.
read_version() {
  version=0
  [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  while IFS='=' read -r key value; do
    if [ "$key" = JAVA_VERSION ]; then
      value=${value#\"}
      version=${value%%[!0-9]*}
    fi
  done < "$1/release"
  version=${version:-0}
}

# Sets $jdk: JAVA_HOME or the JDK of the PATH if they will do, else the one nearest to 25 of the usual places.
find_jdk() {
  jdk=${JAVA_HOME:-}
  read_version "$jdk"
  [ "$version" -lt 25 ] || return 0

  if command -v javac > /dev/null; then
    follow_links "$(command -v javac)"
    jdk=${followed%/bin/javac}
    read_version "$jdk"
    [ "$version" -lt 25 ] || return 0
  fi

  jdk=
  nearest=
  own=${HOME:-/nowhere}
  for candidate in /usr/lib/jvm/* /usr/java/* /opt/* "$own"/.sdkman/candidates/java/* "$own"/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home "$own"/Library/Java/JavaVirtualMachines/*/Contents/Home \
      /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home
  do
    read_version "$candidate"
    if [ "$version" -ge 25 ] && { [ -z "$nearest" ] || [ "$version" -lt "$nearest" ]; }; then
      jdk=$candidate
      nearest=$version
    fi
  done
}

find_jdk
if [ -z "$jdk" ]; then
  echo "Atelier needs a JDK 25 or later and found none: install one (https://adoptium.net) and set JAVA_HOME to its folder." >&2
  exit 1
fi
JAVA_HOME=$jdk
export JAVA_HOME

# Called before Maven is.
require_maven() {
  if ! command -v mvn > /dev/null; then
    echo "Atelier is built by Apache Maven and found no mvn on the PATH: install it (apt install maven, brew install maven)." >&2
    exit 1
  fi
}
