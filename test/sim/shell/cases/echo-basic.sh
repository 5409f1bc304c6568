echo hello world
echo -n no newline; echo
echo -e 'a\tb\nc\\d\x41\0101\u00e9'
echo -E 'a\tb'
echo "-n" 
echo -ne 'x\ty\n'
echo -nx
echo - a
echo ''
echo -e 'stop\chere'
echo
