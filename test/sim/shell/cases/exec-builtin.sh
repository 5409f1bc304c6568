(exec echo replaced; echo never)
(exec nosuch; echo never); echo $?
exec 3>&1; echo to3 >&3; exec 3>&-
(exec > f; echo in file); cat f
(exec -a zero bash -c 'echo $0')
exec 2>&1; echo err >&2
(exec 0< f; read x; echo $x)
bash -c 'exec true; echo no'; echo $?
