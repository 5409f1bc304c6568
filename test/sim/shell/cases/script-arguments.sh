cat > s.sh <<'S'
echo "$0 $# $1"
for a in "$@"; do echo "<$a>"; done
S
bash s.sh a 'b c' ''
bash -c 'echo $0 $1' name arg
bash -s x y <<< 'echo $# $2'
bash -ec 'false; echo no'; echo $?
bash -xc 'echo t' 2>&1
bash -o pipefail -c 'false | true'; echo $?
echo 'echo from stdin $1' | bash -s -- arg
printf 'read x\ndata line\necho "got $x"\n' | bash
bash nosuchfile; echo $?
bash -c; echo $?
bash --nosuch 2>&1 | head -1
echo 'exit 7' | bash; echo $?
bash -u -c 'echo $x'; echo $?
bash . ; echo $?
