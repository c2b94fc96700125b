# shellcheck shell=bash
# Sourced by ./run and ./test: the machine made ready, and the build.
#
# Nothing here asks a question, removes a package, or touches the network when nothing is missing.
# Whatever makes the machine unusable is one plain sentence and exit code 2.

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
{ : <&0; } 2>/dev/null || exec </dev/null

# A file of net costs 1 GB at -O2 and up to 2.5 GB with the sanitizers.
readonly kMegabytesPerJob=2500

say() { printf '%s\n' "$*" >&2; }

unusable() {
  say "spotkeeper: $*"
  exit 2
}

# The packages of the groups named.
packages_of() {
  local group
  for group; do awk -v group="$group" '$1 == group { print $2 }' "$root/tools/packages.txt"; done
}

# Those of them that are not installed, by one query; it fails when it knows one of them not at all.
missing_packages() {
  local wanted installed
  wanted=$(packages_of "$@" | sort -u)
  # shellcheck disable=SC2086  # One word per package.
  installed=$( (dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true) |
    awk '$1 == "installed" { print $2 }' | sort -u)
  comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$installed")
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif [ -t 2 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Use-Pty=0 "$@" </dev/null >&2
}

# Fails with a sentence when apt would remove something, or does not know a package.
refuse_removals() {
  local plan removed unknown
  plan=$(LC_ALL=C apt-get -s --no-install-recommends install "$@" 2>&1 </dev/null) || true
  removed=$(printf '%s\n' "$plan" | awk '$1 == "Remv" { print $2 }' | paste -sd ' ')
  [ -z "$removed" ] ||
    unusable "installing its build packages would remove $removed, so nothing was installed;" \
      "remove it yourself, or use another machine or a container."
  unknown=$(printf '%s\n' "$plan" | sed -n 's/^E: Unable to locate package //p' | paste -sd ' ')
  [ -z "$unknown" ] || unusable "apt knows no package $unknown; Debian 12 has them all."
}

ensure_packages() {
  [ -n "$(command -v apt-get)" ] && [ -n "$(command -v dpkg-query)" ] ||
    unusable "this is built with Debian's packages, and here is no apt-get; use Debian 12," \
      "for instance in a container."
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  mapfile -t missing <<<"$missing"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    unusable "these packages are missing and need root or sudo: ${missing[*]}."
  say "installing ${missing[*]}"
  apt_get update || unusable "apt-get update failed; is there a network and a package mirror?"
  refuse_removals "${missing[@]}"
  apt_get install --no-remove --no-install-recommends "${missing[@]}" ||
    unusable "apt-get could not install ${missing[*]}."
}

# What this machine, or the control group around us, can still give.
free_megabytes() {
  local free limit used
  free=$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) || limit=max
  if [ "$limit" != max ]; then
    used=$(awk '$1 == "anon" { print $2 }' /sys/fs/cgroup/memory.stat)
    limit=$(((limit - used) / 1048576))
    [ "$limit" -ge "$free" ] || free=$limit
  fi
  echo "$free"
}

# By cores and memory. More than two only when asked: the slow files are two or three.
job_count() {
  local free fit cores
  if [ -n "${SPOTKEEPER_JOBS:-}" ]; then
    echo "$SPOTKEEPER_JOBS"
    return
  fi
  free=$(free_megabytes)
  fit=$((free / kMegabytesPerJob))
  [ "$fit" -ge 1 ] ||
    unusable "compiling needs $kMegabytesPerJob MB of free memory and this machine has $free MB;" \
      "set SPOTKEEPER_JOBS=1 to try anyway."
  cores=$(nproc)
  [ "$fit" -le "$cores" ] || fit=$cores
  [ "$fit" -le 2 ] || fit=2
  echo "$fit"
}

# configure PRESET: once, and again when the checkout has moved.
configure() {
  local folder="$root/build/$1" log="$root/build/$1.log" fresh=
  grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt" || fresh=--fresh
  [ -n "$fresh" ] || [ ! -f "$folder/build.ninja" ] || return 0
  mkdir -p "$root/build"
  (cd "$root" && cmake $fresh --preset "$1") >"$log" 2>&1 || {
    cat "$log" >&2
    return 1
  }
}

# build PRESET [TARGET ...]: says nothing when nothing is to be done.
build() {
  local folder="$root/build/$1" began=$SECONDS count
  configure "$1" || return 1
  shift
  if ninja -C "$folder" -n "$@" 2>/dev/null | grep -q 'no work to do'; then return 0; fi
  count=$(job_count) || exit $?
  say "building in ${folder#"$root"/} with $count jobs"
  flock "$folder" ninja -C "$folder" -j "$count" "$@" >&2 || return 1
  say "built in $((SECONDS - began)) s"
}
