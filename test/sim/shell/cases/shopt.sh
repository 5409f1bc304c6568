shopt nullglob; echo $?; shopt -s nullglob; shopt nullglob; echo $?; shopt -q nullglob; echo $?; shopt -u nullglob
shopt nosuch; echo $?; shopt -p extglob
shopt -s expand_aliases
alias hi='echo hello'
hi world
