f() { local x; x=$(exit 3); echo $?; }; f
g() { local x=$(exit 3); echo $?; }; g
h() { return $1; }; h 7; echo $?; h 0 && echo zero
i() { (exit 9); }; i; echo $?
j() { false; return; }; j; echo $?
k() { if false; then :; fi; }; k; echo $?
