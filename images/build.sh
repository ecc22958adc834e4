#!/bin/sh
# Builds the development images on this machine: images/build.sh [name …], all of them in their order without a name.
# ENGINE=podman takes another builder than docker.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ $# -gt 0 ] || set -- base node python go rust full
for name; do
  [ -f "$here/$name/Dockerfile" ] || { echo "There is no image “$name”. There are: base node python go rust full." >&2; exit 2; }
done
for name; do
  echo "drover/$name:bookworm …" >&2
  "${ENGINE:-docker}" build --tag "drover/$name:bookworm" "$here/$name"
done
