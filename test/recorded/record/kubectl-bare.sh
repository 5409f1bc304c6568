#!/usr/bin/env bash
# Records what kubectl answers to each command of kubectl-help.txt with nothing behind it, where that needs no cluster; "[its help]" stands
# for the text that --help prints:
#   kubectl-bare.sh 1.20=PROGRAM 1.36=PROGRAM… >kubectl-bare.txt
set -u
cd "$(dirname "$0")/.."
HOME=$(mktemp -d)
export HOME KUBECONFIG=/dev/null
trap 'rm -rf "$HOME"' EXIT

# proxy runs on, kuberc view asks, the others print what a machine has
grep -oP '^\[1.*\]\$ kubectl \K.+(?= --help)' kubectl-help.txt | awk '!seen[$0]++' |
  grep -vxE 'proxy|kuberc view|options|kustomize|plugin list|config (view|current-context|get-.*)' |
  while IFS= read -r command; do
    declare -A printed=()
    texts=()
    for arg in "$@"; do
      # a command that the release does not have
      grep -qE "^\[([0-9. ]* )?${arg%%=*}[] ].* kubectl $command --help" kubectl-help.txt || continue
      help=$("${arg#*=}" $command --help 2>&1 </dev/null)
      text=$(
        "${arg#*=}" $command 2>&1 </dev/null
        echo "[exit $?]"
      )
      case $text in *refused*) continue ;; esac
      [ -z "$help" ] || text=${text/"$help"/[its help]}
      [ -n "${printed[$text]+x}" ] || texts+=("$text")
      printed[$text]="${printed[$text]:+${printed[$text]} }${arg%%=*}"
    done
    for text in "${texts[@]}"; do printf '\n[%s]$ kubectl %s\n%s\n' "${printed[$text]}" "$command" "$text"; done
  done
