x='echo evaluated $y'; y=1; eval $x; eval "$x; y=2"; echo $y
eval 'for i in 1 2; do echo $i; done'
eval; echo $?; eval false; echo $?; eval 'exit_code() { return 4; }'; exit_code; echo $?
echo 'v=sourced; echo "args $# $1"; return 3; echo no' > lib.sh
. ./lib.sh; echo $? $v; source ./lib.sh p q; echo $#
. nosuch.sh; echo $?; . ./nosuch.sh; echo $?
cmd=echo; args="a b"; $cmd $args; a=(echo "x y"); "${a[@]}"
eval "a=\$((1+2))"; echo $a
eval 'echo $(('; echo "st $?"
echo 'f_in_lib() { echo ${BASH_SOURCE[0]} ${FUNCNAME[0]}; }' > lib2.sh; . ./lib2.sh; f_in_lib
