x='  a  b   c '
for w in $x; do echo "[$w]"; done
for w in "$x"; do echo "[$w]"; done
IFS=:; y=a:b::c:; for w in $y; do echo "[$w]"; done; unset IFS
IFS=', '; z='a, b,c  d,,e'; for w in $z; do echo "[$w]"; done; unset IFS
set -- "a b" c ''; for w in "$@"; do echo "<$w>"; done; for w in $@; do echo "<$w>"; done; for w in "$*"; do echo "<$w>"; done
for w in x"$@"y; do echo "<$w>"; done
e=; for w in $e; do echo never; done; for w in "$e"; do echo "<$w>"; done; for w in a$e"b" $e$e; do echo "<$w>"; done
IFS=; for w in $x; do echo "[$w]"; done; unset IFS
set --; for w in "$@" ; do echo never; done; for w in "" "$@"; do echo "<$w>"; done; for w in "a$@b"; do echo "<$w>"; done
n=$(printf 'a\nb c'); for w in $n; do echo "[$w]"; done
IFS=-; set -- 1 2 3; echo "$*" $*; v="$*"; echo "$v"; unset IFS
a=("x y" z); for w in ${a[@]}; do echo "($w)"; done; for w in "${a[@]}"; do echo "($w)"; done
