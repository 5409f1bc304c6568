#!/bin/bash
set -euo pipefail
log() { echo "==> $*"; }
retry() { local n=0 max=$1; shift; until "$@"; do n=$((n+1)); [ $n -ge $max ] && { log "failed after $n"; return 1; }; done; }
count=0; flaky() { count=$((count+1)); [ $count -ge 3 ]; }
retry 5 flaky; log "count $count"
cat > conf <<EOF
key=${KEY:-value}
list="$(IFS=,; echo "a b c" | tr ' ' ',')"
EOF
while IFS='=' read -r k v; do [[ $k =~ ^# ]] && continue; log "$k -> ${v//\"/}"; done < conf
if ! grep -q '^extra=' conf; then echo 'extra=1' >> conf; fi
sed -i 's/^key=.*/key=changed/' conf; cat conf
ARCH=$(uname -m | sed 's/.*/arch/'); log $ARCH
declare -A ports=([ssh]=22 [http]=80)
for name in ssh http; do printf '%-5s %d\n' "$name" "${ports[$name]}"; done
trap 'log "cleanup $?"' EXIT
[ -f nosuch ] || log missing
tmp=$(mktemp -d); touch "$tmp/x"; rm -rf "$tmp"; [ ! -e "$tmp" ] && log removed
case "${1:-start}" in start|restart) log starting;; stop) log stopping;; *) log usage; exit 1;; esac
command -v nosuchtool >/dev/null 2>&1 || log "no tool"
version=v1.35.2; minor=${version#v}; minor=${minor%.*}; log $minor
mapfile -t lines < conf; log "${#lines[@]} lines"
{ echo one; echo two; } | while read -r l; do log "$l"; done
false || true
log done
exit 4
