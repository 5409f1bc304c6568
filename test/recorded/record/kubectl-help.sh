#!/usr/bin/env bash
# Records what kubectl prints for `--help`, of every command that it lists and of those commands' own; what several releases print
# alike stands once, beneath all their numbers:
#   kubectl-help.sh 1.20=PROGRAM 1.36=PROGRAM… >kubectl-help.txt
# No cluster is asked. On no terminal no line is wrapped.
set -eu
declare -A program
releases=()
for arg in "$@"; do
  releases+=("${arg%%=*}")
  program[${arg%%=*}]=${arg#*=}
done
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

help() { # RELEASE COMMAND…
  local binary=${program[$1]}
  shift
  HOME=$home KUBECONFIG=/dev/null "$binary" "$@" --help 2>&1 </dev/null
}

# The names beneath a heading, up to an empty line; the program's own help has a heading for each group.
listed() {
  awk -v top="$1" '/^$/ { on = 0 } /:$/ && (top || /^Available Commands:$/) && !/^(Usage|Examples|Aliases|Options):$/ { on = 1; next }
    on && /^  [a-z]/ { print $1 }'
}

# Every command of a release, each before its own.
commands() { # RELEASE COMMAND…
  local release=$1 name
  shift
  echo "$*"
  for name in $(help "$release" "$@" | listed $(($# == 0))); do commands "$release" "$@" "$name"; done
}

# beneath each release: its commands, and those that it does not list
for release in "${releases[@]}"; do
  { commands "$release"; printf '%s\n' help options alpha; } >"$home/$release"
done

# every command once, in the order of the first release that has it
(cd "$home" && cat "${releases[@]}") | awk '!seen[$0]++' | while IFS= read -r command; do
  declare -A printed=()
  texts=()
  for release in "${releases[@]}"; do
    grep -qxF -- "$command" "$home/$release" || continue
    text=$(help "$release" $command && echo "[exit 0]")
    [ -n "${printed[$text]+x}" ] || texts+=("$text")
    printed[$text]="${printed[$text]:+${printed[$text]} }$release"
  done
  for text in "${texts[@]}"; do
    printf '\n[%s]$ kubectl %s--help\n%s\n' "${printed[$text]}" "${command:+$command }" "$text"
  done
done
