#!/usr/bin/env bash
# Installs what a mirror has of the packages that the next steps want; these find it installed. Run as root; may be run again.
#   SOURCE       apt source: "http://127.0.0.1:40123/apt ./" or "https://HOST/PATH SUITE COMPONENT"
#   WANTED       packages to take from the mirror when it has them, separated by blanks
#   KUBERNETES   optional: version of kubeadm, kubelet and kubectl, "1.35" or "1.35.2"; the mirror must have them
#   KEEP         optional: "true" when the mirror can be reached later, too
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

: "${SOURCE:?}"
list=/etc/apt/sources.list.d/kubemend-mirror.list

held=$(apt-mark showhold kubelet kubeadm kubectl | wc -l)
if { [ -z "${KUBERNETES:-}" ] || [ "$held" -ge 3 ]; } && { [ -z "${WANTED:-}" ] || dpkg -s $WANTED >/dev/null 2>&1; }; then
  exit 0
fi

dpkg --configure -a
if [ "${KEEP:-}" != true ]; then trap 'rm -f "$list"' EXIT; fi
echo "deb [trusted=yes] $SOURCE" >"$list"
# the mirror alone: asking the other sources may take minutes where there is no Internet
alone=(-o "Dir::Etc::sourcelist=$list" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0)
apt-get "${alone[@]}" update -qq

# What the mirror has with everything that it depends on is installed from the mirror; where it lacks something, that comes from
# the machine's own sources.
whole=()
partly=()
sort_out() {
  if apt-get "${alone[@]}" install -s -y --no-install-recommends "$@" >/dev/null 2>&1; then whole+=("$@"); else partly+=("$@"); fi
}
for name in ${WANTED:-}; do
  if [ -n "$(apt-cache "${alone[@]}" madison "$name" 2>/dev/null)" ]; then sort_out "$name"; fi
done
if [ -n "${KUBERNETES:-}" ] && [ "$held" -lt 3 ]; then
  # newest first
  version=$(apt-cache "${alone[@]}" madison kubeadm | awk -v want="$KUBERNETES" '!found && (index($3, want ".") == 1 || index($3, want "-") == 1) { print $3; found = 1 }')
  if [ -z "$version" ]; then
    echo "the mirror $SOURCE has no kubeadm $KUBERNETES; it has: $(apt-cache "${alone[@]}" madison kubeadm | awk '{ print $3 }' | head -5 | paste -sd' ')" >&2
    exit 1
  fi
  sort_out "kubelet=$version" "kubeadm=$version" "kubectl=$version"
fi
if [ "${#whole[@]}" -gt 0 ]; then
  apt-get "${alone[@]}" install -y -qq --no-install-recommends "${whole[@]}" >/dev/null
fi
if [ "${#partly[@]}" -gt 0 ]; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${partly[@]}" >/dev/null
fi
if [ -n "${KUBERNETES:-}" ]; then
  apt-mark hold kubelet kubeadm kubectl >/dev/null
fi
