tmp=work; mkdir $tmp
cleanup() { local rc=$?; rm -rf "$tmp"; echo "cleaned $rc"; exit $rc; }
trap cleanup EXIT
trap 'echo interrupted; exit 130' INT TERM
touch $tmp/a; ls $tmp
kill -TERM $$
echo not reached
