if true; then echo yes; fi
if false; then echo no; else echo else; fi
if false; then :; elif true; then echo elif; else echo else; fi
if ! false; then echo not; fi
if [ 1 -eq 1 ] && [ a = a ]; then echo both; fi
if false; then :; fi; echo $?
x=$(if true; then echo in; fi); echo $x
if { echo a; false; } || true; then echo b; fi
