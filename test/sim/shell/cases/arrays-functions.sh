join() { local IFS=$1; shift; echo "$*"; }; join , a b c
last() { echo "${@: -1}"; }; last 1 2 3
count() { echo $#; }; a=(1 "2 3" ""); count "${a[@]}"; count ${a[@]}; count "${a[*]}"
rev() { local out=(); for x in "$@"; do out=("$x" "${out[@]}"); done; echo "${out[@]}"; }; rev 1 2 3
fill() { local -n arr=$1; arr+=(added); }; z=(1); fill z; echo "${z[@]}"
