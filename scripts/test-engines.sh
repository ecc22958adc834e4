#!/usr/bin/env bash
# Starts the engines that some tests need, runs a command with them, stops them again:
#
#   scripts/test-engines.sh npm test
#
# - Docker: the engine at DOCKER_HOST if there is one that answers, otherwise (as root) a dockerd of our own with its
#   data, socket and pid file in a temporary folder, without bridge and iptables, so it can stand beside another one.
#   In it the image drover-test-base:bookworm (git, certificates, the project's Node), built once and kept in the cache.
# - Postgres: a plain cluster of the system's own version in a temporary folder, given as DROVER_TEST_DATABASE_URL.
#
# What the machine lacks is said in a line and left out; the tests then report what they skip. With DROVER_REQUIRE=all
# it is an error. Nothing that it did not start itself is stopped.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${DROVER_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/drover-test}
image=drover-test-base:bookworm
work=$(mktemp -d "${TMPDIR:-/tmp}/drover-engines.XXXXXX")
chmod 755 "$work"
dockerd_pid=''
postgres_bin=''

say() { printf '%s\n' "$*" >&2; }

lacking() {
  say "engines: $*"
  if [ "${DROVER_REQUIRE:-}" = all ]; then exit 1; fi
}

# Runs the arguments without root's rights, as Postgres wants it.
as_postgres() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; else runuser -u postgres -- "$@"; fi
}

start_postgres() {
  postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
  if [ -z "$postgres_bin" ] && command -v pg_ctl >/dev/null; then postgres_bin=$(dirname "$(command -v pg_ctl)"); fi
  if [ -z "$postgres_bin" ]; then lacking 'no PostgreSQL on this machine (Debian: apt-get install postgresql)'; return; fi
  local folder=$work/postgres port
  port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
  mkdir -p "$folder"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$folder"; fi
  if ! (cd "$folder" && as_postgres "$postgres_bin/initdb" -D "$folder/data" -U drover -A trust -E UTF8 --locale=C >"$work/initdb.log" 2>&1); then
    cat "$work/initdb.log" >&2
    lacking 'initdb failed'
    return
  fi
  if ! (cd "$folder" && as_postgres "$postgres_bin/pg_ctl" -D "$folder/data" -w -t 30 -l "$folder/log" \
    -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off -c full_page_writes=off" start >/dev/null); then
    cat "$folder/log" >&2
    lacking 'PostgreSQL did not start'
    return
  fi
  "$postgres_bin/createdb" -h 127.0.0.1 -p "$port" -U drover drover
  export DROVER_TEST_DATABASE_URL="postgres://drover@127.0.0.1:$port/drover"
  say "engines: $("$postgres_bin/postgres" --version) on port $port"
}

start_docker() {
  if ! command -v docker >/dev/null; then lacking 'no docker command (Debian: apt-get install docker.io)'; return; fi
  if [ -n "${DOCKER_HOST:-}" ] || [ "${DROVER_TEST_DOCKER:-own}" = system ]; then
    docker info >/dev/null 2>&1 || { lacking 'the Docker engine at DOCKER_HOST does not answer'; return; }
  elif [ "$(id -u)" -ne 0 ] || ! command -v dockerd >/dev/null; then
    docker info >/dev/null 2>&1 || { lacking 'no Docker engine answers, and starting one of our own takes root and dockerd'; return; }
  else
    start_dockerd || { lacking 'dockerd did not start'; return; }
  fi
  ensure_image || lacking "the image $image could not be made"
}

start_dockerd() {
  local folder=$work/docker driver
  mkdir -p "$folder"
  # The kernel's overlay where it works (it is some ten times quicker), plain copies elsewhere.
  for driver in overlay2 vfs; do
    dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" -H "unix://$folder/socket" \
      --iptables=false --ip6tables=false --bridge=none --storage-driver="$driver" >"$folder/log-$driver" 2>&1 &
    dockerd_pid=$!
    for _ in $(seq 100); do
      if docker -H "unix://$folder/socket" info >/dev/null 2>&1; then
        export DOCKER_HOST="unix://$folder/socket"
        say "engines: dockerd with $driver"
        return 0
      fi
      kill -0 "$dockerd_pid" 2>/dev/null || break
      sleep 0.2
    done
    stop_dockerd
  done
  tail -20 "$folder"/log-* >&2
  return 1
}

# A Debian with git, made from the mirror that this machine's own packages come from.
ensure_image() {
  if docker image inspect "$image" >/dev/null 2>&1; then return 0; fi
  local tree=$work/image tarball=$cache/bookworm-base.tar mirror
  mkdir -p "$cache"
  if [ ! -s "$tarball" ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
      say "engines: making $image the first time takes root and debootstrap; afterwards it is kept in $cache"
      return 1
    fi
    mirror=$(apt-cache policy | awk '$3 ~ /^bookworm\/main$/ { print $2; exit }')
    say 'engines: making the base image (about a minute, once)'
    if ! debootstrap --variant=minbase --include=git,ca-certificates bookworm "$tree" "${mirror:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1; then
      tail -20 "$work/debootstrap.log" >&2
      return 1
    fi
    rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/* "$tree"/usr/share/doc "$tree"/usr/share/man "$tree"/usr/share/locale
    tar -C "$tree" -cf "$tarball.$$" . && mv "$tarball.$$" "$tarball"
    rm -rf "$tree"
  fi
  mkdir -p "$tree/usr/local/bin"
  cp -L "$(command -v node)" "$tree/usr/local/bin/node"
  cp "$tarball" "$work/image.tar"
  tar -C "$tree" --owner=0 --group=0 -rf "$work/image.tar" ./usr/local/bin/node
  docker import --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$work/image.tar" "$image" >/dev/null
  rm -rf "$work/image.tar" "$tree"
  say "engines: $image is there"
}

stop_dockerd() {
  if [ -z "$dockerd_pid" ]; then return 0; fi
  kill "$dockerd_pid" 2>/dev/null || true
  wait "$dockerd_pid" 2>/dev/null || true
  dockerd_pid=''
}

stop() {
  local code=$?
  trap - EXIT INT TERM
  if [ -n "$postgres_bin" ] && [ -d "$work/postgres/data" ]; then
    (cd "$work/postgres" && as_postgres "$postgres_bin/pg_ctl" -D "$work/postgres/data" -m immediate stop >/dev/null 2>&1) || true
  fi
  if [ -n "$dockerd_pid" ]; then docker ps -aq 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1 || true; fi
  stop_dockerd
  # dockerd leaves its network namespace mounted.
  awk -v under="$work/" 'index($2, under) == 1 { print $2 }' /proc/mounts 2>/dev/null | sort -r | xargs -r umount 2>/dev/null || true
  rm -rf "$work" 2>/dev/null || true
  exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ $# -eq 0 ]; then
  sed -n '2,/^set /{/^set /!p}' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//' >&2
  exit 2
fi
PATH=$("$root/scripts/with-node" printenv PATH)
start_postgres
start_docker
"$@"
