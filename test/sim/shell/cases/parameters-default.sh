unset u; e=; s=set
echo "${u-d}" "${u:-d}" "${e-d}" "${e:-d}" "${s-d}" "${s:-d}"
echo "${u+a}" "${u:+a}" "${e+a}" "${e:+a}" "${s+a}" "${s:+a}"
echo "${v=assigned}" $v "${e:=again}" $e
echo ${u:-a b} "${u:-a b}" ${u:-"a  b"} "${u:-"a  b"}" "${u:-'q'}" ${u:-'q r'}
echo ${u:-$s} ${u:-${s}x} ${u:-$(echo cmd)}
for w in ${u:-one two "three four"}; do echo "[$w]"; done
