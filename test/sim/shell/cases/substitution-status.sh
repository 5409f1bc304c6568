x=$(exit 3); echo $?; x=$(true) y=$(exit 4); echo $?; echo $(exit 5); echo $?
if x=$(false); then echo t; else echo f; fi; x=$(echo out; exit 2) || echo "$x $?"
: $(exit 6); echo $?; $(exit 7); echo $?; $(echo true); echo $?; `false`; echo $?
[ "$(exit 1)" ]; echo $?; y="$(printf 'x\n\n')z"; echo "$y"
