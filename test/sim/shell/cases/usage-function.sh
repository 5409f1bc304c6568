usage() { cat <<EOF >&2
Usage: ${0##*/} [-h] [-n name] file
EOF
exit 64; }
while getopts hn: opt; do case $opt in h) usage;; n) name=$OPTARG;; *) usage;; esac; done
shift $((OPTIND - 1))
[ $# -ge 1 ] || usage
