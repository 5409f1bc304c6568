alias greet='echo hello'
greet world
shopt -s expand_aliases
alias greet='echo hello' two='echo two; echo'
greet world
two three
alias ls='echo listing'
ls
\ls -d /
unalias greet
greet x
