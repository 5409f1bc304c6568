exec 5>&1; { echo hidden; echo shown >&5; } > /dev/null; exec 5>&-
f() { echo out; echo err >&2; }; x=$(f 2>&1 >/dev/null); echo "x=$x"; y=$(f 2>/dev/null); echo "y=$y"
{ f 3>&1 1>&2 2>&3; } 2>/dev/null; f 2>&1 | sort
echo a 1>&2 2>/dev/null; cat 0<<<zero; echo closed >&-; echo $?
exec 7<<EOF
doc
EOF
cat <&7; cat <&9; echo $?
echo moved 8>&1 >&8-
