log() { printf '[%s] %s\n' "$1" "${*:2}"; }
info() { log INFO "$@"; }; warn() { log WARN "$@" >&2; }
info one two; warn three
exec 3>&1 4>&2 >log.txt 2>&1; echo into file; echo err >&2; exec 1>&3 2>&4 3>&- 4>&-
cat log.txt; echo restored
