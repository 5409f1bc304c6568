echo $# "$*" ; set -- a "b c"; echo $# "$*" "$1" "$2" ${10-none}
true; echo $?; false; echo $?
[ $$ -gt 0 ] && echo pid; sleep 0 & [ $! -gt 0 ] && echo bgpid; wait
echo $0 | sed 's/.*/&/'
f() { echo $LINENO; }; echo $LINENO; f
echo "$-" | grep -o h
[ -n "$RANDOM" ] && [ "$RANDOM" -lt 32768 ] && echo rnd; RANDOM=1; echo $SECONDS | grep -c '[0-9]'
echo $_; : arg; echo $_
echo ${BASH_SOURCE[0]} ${BASH_VERSINFO[0]}; echo $UID $EUID
echo ${#BASH_VERSION} | grep -c .; echo $PPID | grep -c '[0-9]'; [ $EPOCHSECONDS -gt 1000 ] && echo epoch
shift; echo $1 $#; shift 5; echo $?
echo $IFS | wc -l; echo "$OPTIND"; echo ${FUNCNAME-none}; echo $OSTYPE $HOSTTYPE
x=5 ; echo "${x}px" $x.y "$x"z
