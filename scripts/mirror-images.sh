#!/usr/bin/env bash
# Imports archives of images. Run as root once the runtime is there; may be run again.
#   ARCHIVES   lines "URL BYTES"
#   RUNTIME    "containerd" or "docker"
set -euo pipefail

: "${ARCHIVES:?}" "${RUNTIME:?}"
done=/var/lib/kubemend/images
mkdir -p "$done"

while read -r url bytes; do
  name=${url##*/}
  [ -e "$done/$name-$bytes" ] && continue
  # apt's own downloader, which every machine has
  file=/var/tmp/kubemend-image.tar
  rm -f "$file"
  /usr/lib/apt/apt-helper download-file "$url" "$file" >/dev/null
  case $RUNTIME in
    containerd) ctr -n k8s.io images import "$file" >/dev/null ;;
    docker) docker load --quiet --input "$file" >/dev/null ;;
    *)
      echo "no way to import an archive into $RUNTIME" >&2
      exit 1
      ;;
  esac
  rm -f "$file"
  touch "$done/$name-$bytes"
done <<<"$ARCHIVES"
