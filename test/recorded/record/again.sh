#!/usr/bin/env bash
# Records the commands of a recording once more, on a machine of the kind that the recording's header names:
#   again.sh kubectl-1.20-02-nodes.txt >new.txt
# Run as root with the environment that the header names. Commands of "[master]$" and "[node1]$" run where this script runs; what notes
# (lines with #) say that the recorder did by hand is to be done by hand.
set -u
while IFS= read -r line; do
  case $line in
    \#*) printf '%s\n' "$line" ;;
    \[*\]\$\ * | \$\ *)
      printf '\n%s\n' "$line"
      bash -c "${line#*\$ }" >/tmp/recorded-output 2>&1 </dev/null
      status=$?
      cat /tmp/recorded-output
      if [ -s /tmp/recorded-output ] && [ -n "$(tail -c1 /tmp/recorded-output)" ]; then printf '\n[no newline at end of output]\n'; fi
      printf '[exit %s]\n' "$status"
      ;;
  esac
done <"$1"
