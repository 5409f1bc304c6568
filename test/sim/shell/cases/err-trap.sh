#!/bin/bash
# what failed, and in which line
trap 's=$?; echo "[$LINENO] $BASH_COMMAND: $s"' ERR
false
ls /nosuch 2>/dev/null   |
  grep   x
( exit 3 )
[[ a == b ]]
x=$(false)
(( 0 ))
y=1 false "a  b"   c
if true; then false; fi
false && true
! true
{ false; }
for i in 1; do false
done
cat <<EOT | grep zzz
a
EOT
set -e
f() { false; }
bash -c 'set -e; trap "echo inner \$LINENO" ERR; true
false
echo never' || echo "[$?]"
f
echo never
