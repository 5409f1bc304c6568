type echo; type -t echo cd if f cat 2>/dev/null; f() { :; }; type -t f
command -v echo if; command -v nosuch; echo $?
command echo via command; builtin echo via builtin
echo() { command echo "wrapped $*"; }; echo hi; unset -f echo; echo hi
type nosuch; echo $?
command nosuch; echo $?
builtin nosuch; echo $?
hash nosuch; echo $?
command -v cat | grep -c bin/cat
alias ll='ls -l'; alias ll; alias; unalias ll; alias ll; echo $?
type -a true | head -1; type while
command -V cd; command -v f
