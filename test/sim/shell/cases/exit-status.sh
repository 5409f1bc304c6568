nosuchcommand; echo $?
./nosuch; echo $?
mkdir dir; ./dir; echo $?
echo 'echo hi' > s; ./s; echo $?
chmod +x s; ./s; echo $?
printf '#!/nonexistent\n' > b; chmod +x b; ./b; echo $?
printf '#!/bin/sh\nexit 42\n' > c; chmod +x c; ./c; echo $?
"" ; echo $?
(exit 256); echo $?; (exit -1); echo $?; (exit 300); echo $?
(exit abc); echo $?
false; (exit); echo $?
f() { return 260; }; f; echo $?
/etc/passwd; echo $?
return 5; echo $?
break; echo $?
cd /nonexistent; echo $?
PATH=; nosuch2; echo $?
