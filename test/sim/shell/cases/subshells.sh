x=1; (x=2; echo $x); echo $x
(exit 5); echo $?
(cd /; pwd); 
y=$(x=3; echo $x); echo $y $x
echo $(echo nested $(echo deep $(echo deeper)))
echo `echo back \`echo tick\``
( trap 'echo subexit' EXIT; echo body )
echo $BASH_SUBSHELL $(echo $BASH_SUBSHELL) 
(echo $BASH_SUBSHELL; (echo $BASH_SUBSHELL))
z=$(printf 'a\n\n\n'); echo "[$z]"
echo "$(printf 'a\nb')"; echo $(printf 'a\nb')
[ $$ = $(echo $$) ] && echo same pid; [ $BASHPID = $(echo $BASHPID) ] || echo other pid
v=$(false); echo $?; v=$(exit 7) ; echo $?; local_=$(true) ; echo $?
