f() { local OPTIND=1 o; while getopts "ab:c" o; do case $o in a) echo A;; b) echo "B=$OPTARG";; c) echo C;; \?) echo "bad";; esac; done; shift $((OPTIND-1)); echo "rest: $*"; }
f -a -b val x y; f -abval -c -- -d; f -ac z; f -b; f -x
g() { local OPTIND=1 o; while getopts ":ab:" o; do case $o in a) echo A;; b) echo "B=$OPTARG";; :) echo "need $OPTARG";; \?) echo "unknown $OPTARG";; esac; done; }
g -b; g -z -a; g -a -b '' 
set -- -v file; while getopts v o; do echo $o $OPTIND; done; echo $OPTIND $?
