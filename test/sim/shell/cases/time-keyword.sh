{ time true; } 2>/dev/null; echo $?
{ time -p true; } 2>&1 | sed 's/[0-9.]*$//' 
TIMEFORMAT=%R; { time true; } 2>&1 | grep -c '^0.0'
{ ! time false; } 2>/dev/null; echo $?
