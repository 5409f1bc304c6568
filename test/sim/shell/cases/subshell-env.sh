x=1; (x=2; export y=3; cd /; set -- a b; f() { :; }); echo $x ${y-no} $#; type f 2>/dev/null || echo nof; (set -e; :); echo ${-//[!e]/}; (shopt -s nullglob); shopt nullglob
(exec 5>f; echo q >&5); cat f; (trap 'echo t' EXIT); trap; ( (exit 3) ); echo $?; (echo a; echo b) | tail -1; y=$( (echo nested) ); echo $y; ( x=3; ( x=4; echo $x ); echo $x ); echo $x
