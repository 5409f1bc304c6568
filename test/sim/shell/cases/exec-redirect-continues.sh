echo before
exec 3< /nonexistent
echo not reached
