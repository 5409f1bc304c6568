set -- a '' b; IFS=,
for i in $* "$*" q$*r ${*#a}; do echo "<$i>"; done; echo $*
set -- a '' b ''; for i in $@; do echo "<$i>"; done
set -- '' ''; for i in $*; do echo "<$i>"; done
a=(x '' y); echo ${a[*]}; unset IFS; echo ${a[*]}
set --; printf '<%s>' "${*:+x}" "${@:+x}" "${*+q}" "${@+q}" end; echo
set -- ''; printf '<%s>' "${*:+x}" "${@:+x}" "${@+x}"; set -- '' ''; printf '<%s>' "${*:+x}" "${*:-e}"; echo
y="Hello World"; echo ${y~~} ${y~} ${y~~[lo]}
(set -u; declare -a u; echo ${#u[@]}; echo no); (set -u; u=(); echo ${#u[@]}); (set -u; u=(1); i=5; echo ${u[$i]})
