set -e
f() { echo start; false; echo end; }
if f; then echo true; fi
f || echo failed
x=$(f) && echo "$x"
g() { return 1; }
! g
g && echo no
echo before
h() { local a; a=$(false); echo unreachable; }
h
echo after
