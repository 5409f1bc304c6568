[[ 5apples -gt 3 ]]; echo $?; [[ ! 08 -eq 8 ]]; echo $?; [[ 1+ -eq 1 || a == a ]]; echo $?
try() { printf '%b' "$1" > t; bash t; echo "$?"; }
try 'echo 1\nif true; then echo x\necho y\n'
try '{ echo a; touch side\n'; ls side
try 'while true; do echo x; break\n'
try 'until false; do echo x\n'
try 'case x in\n x) echo m\necho more\n'
try 'case x\n'
try '( echo a\necho b\n'
try 'echo a; if true; then\n echo b\n'
try 'echo a &&\n'
try 'x=(1 2; echo\n'
try 'echo $(( 1 + 2 )\n'
try '[[ -f ]]; echo $?\necho next\n'
try 'false\n[[ a == ]]; echo\n'
try '[[ a == b\n'
try '[[ a\necho next\n'
try '[[ a =~ ( ]]; echo $?\n'
try '[[ a b ]]\n'
try '[[ ]]\n'
try '[[ ; echo\n'
try '[[ ( a ]]; echo\n'
try '[[ a & b ]]\n'
printf 'if true; then echo x\necho y\n' > t; bash < t; echo $?; . ./t; echo $?
eval '[[ -f ]]; echo x'; echo $?
